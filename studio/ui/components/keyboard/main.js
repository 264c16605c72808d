import { createDesk } from "./desk.js";

/**
 * What Streamlit mounts. It calls the default export again whenever the data or the theme change,
 * with the same root; it calls the last cleanup when the component leaves the page, and the
 * cleanup of a call that was overtaken while it still loaded, which must then do nothing.
 *
 * @typedef {{performance: import("./performance.js").Performance | null,
 *   sprite: import("./sprite.js").Sprite | null,
 *   instruments: Array<{program: number, name: string}>, storage_key: string}} Data
 * @typedef {{data: Data, parentElement: ShadowRoot,
 *   setStateValue: (name: string, value: any) => void}} Component
 */

/** @type {WeakMap<ShadowRoot, {desk: ReturnType<typeof createDesk>, calls: number}>} */
const mounted = new WeakMap();

/** @param {Component} component @returns {() => void} cleanup */
export default function keyboard(component) {
  const root = component.parentElement;
  if (!mounted.has(root)) mounted.set(root, { desk: createDesk(component), calls: 0 });
  const { desk } = mounted.get(root);
  const call = (mounted.get(root).calls += 1);
  desk.refresh(component);
  return () => {
    if (mounted.get(root)?.calls !== call) return;
    mounted.delete(root);
    desk.dispose();
  };
}
