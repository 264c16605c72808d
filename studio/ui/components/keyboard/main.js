import { createDesk } from "./desk.js";
import { mounting } from "../mount.js";

/**
 * @typedef {{performance: import("./performance.js").Performance | null,
 *   sprite: import("./sprite.js").Sprite | null,
 *   instruments: Array<{program: number, name: string}>, storage_key: string}} Data
 * @typedef {{data: Data, parentElement: ShadowRoot,
 *   setStateValue: (name: string, value: any) => void}} Component
 */

export default mounting(createDesk);
