/**
 * What Streamlit mounts, for all components: it calls the default export again whenever the data or
 * the theme change, with the same root. It calls the cleanup of the last call when the component
 * leaves the page, but also that of a call that was overtaken while its module still loaded, and
 * that before the one that overtook it: then all must stay as it is.
 *
 * @typedef {{parentElement: ShadowRoot}} Component
 * @typedef {{refresh: (component: any) => void, dispose: () => void}} Mounted
 */

/**
 * @param {(component: any) => Mounted} create
 * @returns {(component: any) => () => void} the default export; what it returns is the cleanup
 */
export function mounting(create) {
  /** @type {WeakMap<ShadowRoot, Mounted>} */
  const mounted = new WeakMap();
  return (component) => {
    const root = component.parentElement;
    if (!mounted.has(root)) mounted.set(root, create(component));
    const mine = mounted.get(root);
    mine.refresh(component);
    return () => setTimeout(() => {
      if (root.host.isConnected || mounted.get(root) !== mine) return;
      mounted.delete(root);
      mine.dispose();
    });
  };
}
