/**
 * Undo and redo, as fast as they are asked for: where one leads to another place, the next waits
 * until the page is there.
 *
 * @typedef {{history: ReturnType<typeof import("./history.js").createHistory>,
 *   now: () => {parts: any[], where: string}, isOnTheWay: () => boolean,
 *   go: (place: string) => void, take: Function, apply: Function, say: (text: string) => void,
 *   show: () => void}} Desk
 */

/** @type {Array<"undo" | "redo">} those that wait, also while the arranger is put on the page anew */
const wanted = [];

/** @param {Desk} desk */
export function createUndo({ history, now, isOnTheWay, go, take, apply, say, show }) {
  /** @param {"undo" | "redo"} way */
  function back(way) {
    if (isOnTheWay()) return void wanted.push(way);
    const { parts, where } = now();
    const done = history[way](parts, where);
    if (!done) return;
    const word = way === "undo" ? "Undone" : "Done again";
    say(done.label ? `${word}: ${done.label}` : word);
    if (done.parts) take(done);
    else if (!done.place) apply(done.name, done.what, done.value);
    else {
      go(done.place.id);
      if (done.quiet) wanted.push(way);
    }
    show();
  }

  return {
    back,

    /** The page shows something new: what has waited for it may come. */
    goOn: () => wanted.length && !isOnTheWay() && back(wanted.shift()),

    /** @returns {{undoable: boolean, redoable: boolean}} */
    can() {
      const { parts, where } = now();
      const waits = isOnTheWay();
      return {
        undoable: waits || history.canUndo(parts, where),
        redoable: waits || history.canRedo(parts, where),
      };
    },
  };
}
