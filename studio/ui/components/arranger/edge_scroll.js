/**
 * A drag that reaches the edge of what is seen takes the music along, the faster the further the
 * pointer is beyond the edge.
 */

const MARGIN_PX = 24; // the edge begins a little inside: beyond it may be the end of the screen
const FASTEST_PX = 1600; // a second
const PER_PX = 14; // pixels a second for each pixel beyond
const LONGEST_FRAME_SECONDS = 0.05; // a page that was busy does not leap

/**
 * How fast to scroll along one axis, in pixels a second. Where the drag began in the margin, that
 * is no wish to scroll yet.
 *
 * @param {number} at @param {number} began of the pointer
 * @param {number} low @param {number} high what is seen
 */
export function speed(at, began, low, high) {
  const [first, last] = [Math.min(low + MARGIN_PX, began), Math.max(high - MARGIN_PX, began)];
  const beyond = Math.max(0, at - last) - Math.max(0, first - at);
  return Math.max(-FASTEST_PX, Math.min(FASTEST_PX, PER_PX * beyond));
}

/**
 * @param {(x: number, y: number) => boolean} scroll by pixels; whether anything moved
 * @param {() => void} onScroll
 */
export function createEdgeScroll(scroll, onScroll) {
  let frame = 0;
  let before_ms = 0;
  let [speed_x, speed_y, left_x, left_y] = [0, 0, 0, 0];

  function turn(now_ms) {
    const seconds = Math.min(LONGEST_FRAME_SECONDS, Math.max(0, now_ms - before_ms) / 1000);
    before_ms = now_ms;
    [left_x, left_y] = [left_x + speed_x * seconds, left_y + speed_y * seconds];
    const [x, y] = [Math.trunc(left_x), Math.trunc(left_y)]; // boxes scroll by whole pixels
    [left_x, left_y] = [left_x - x, left_y - y];
    if ((x || y) && scroll(x, y)) onScroll();
    frame = speed_x || speed_y ? requestAnimationFrame(turn) : 0;
  }

  return {
    /** @param {number} x @param {number} y pixels a second; 0 stands still */
    go(x, y) {
      [speed_x, speed_y] = [x, y];
      if (frame || !(x || y)) return;
      before_ms = performance.now();
      frame = requestAnimationFrame(turn);
    },
    stop() {
      cancelAnimationFrame(frame);
      [frame, speed_x, speed_y, left_x, left_y] = [0, 0, 0, 0, 0];
    },
  };
}
