import { mounting } from "../mount.js";
import { createArranger } from "./arranger.js";

/**
 * @typedef {{data: any, parentElement: ShadowRoot,
 *   setTriggerValue: (name: string, value: any) => void}} Component
 */

export default mounting(createArranger);
