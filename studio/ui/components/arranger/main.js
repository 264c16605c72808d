import { createArranger } from "./arranger.js";

/**
 * What Streamlit mounts. It calls the default export again whenever the data or the theme change,
 * with the same root; it calls the last cleanup when the component leaves the page, and the
 * cleanup of a call that was overtaken while it still loaded, which must then do nothing.
 *
 * @typedef {{data: any, parentElement: ShadowRoot,
 *   setTriggerValue: (name: string, value: any) => void}} Component
 */

/** @type {WeakMap<ShadowRoot, {arranger: ReturnType<typeof createArranger>, calls: number}>} */
const mounted = new WeakMap();

/** @param {Component} component @returns {() => void} cleanup */
export default function arranger(component) {
  const root = component.parentElement;
  if (!mounted.has(root)) mounted.set(root, { arranger: createArranger(component), calls: 0 });
  const mine = mounted.get(root);
  const call = (mine.calls += 1);
  mine.arranger.refresh(component);
  return () => {
    if (mounted.get(root)?.calls !== call) return;
    mounted.delete(root);
    mine.arranger.dispose();
  };
}
