/**
 * The sampled instrument: one file with a note of fixed length for each pitch in a list.
 *
 * @typedef {{url: string, program: number, seconds_per_note: number, pitches: number[]}} Sprite
 */

const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 30_000;
const NOT_READY = 202;

/** @param {number[]} pitches @param {number} pitch @returns {number} index of the nearest */
export function nearest(pitches, pitch) {
  let best = 0;
  pitches.forEach((sampled, index) => {
    if (Math.abs(sampled - pitch) < Math.abs(pitches[best] - pitch)) best = index;
  });
  return best;
}

/**
 * Fetches and decodes a sprite, asking again with growing pauses until it is there. An offline
 * context decodes before the first gesture, when no other context may exist yet.
 *
 * @param {string} url
 * @param {AbortSignal} signal
 * @returns {Promise<AudioBuffer>} rejects only when `signal` is aborted
 */
export async function loadSprite(url, signal) {
  for (let wait_ms = FIRST_WAIT_MS; ; wait_ms = Math.min(2 * wait_ms, LONGEST_WAIT_MS)) {
    try {
      const answer = await fetch(url, { signal });
      if (answer.ok && answer.status !== NOT_READY) {
        const decoder = new OfflineAudioContext(1, 1, 44_100);
        return await decoder.decodeAudioData(await answer.arrayBuffer());
      }
    } catch {
      // A server that restarts or a broken file: the oscillator plays on, and we ask again.
    }
    await pause(wait_ms, signal);
  }
}

/** @param {number} duration_ms @param {AbortSignal} signal @returns {Promise<void>} */
function pause(duration_ms, signal) {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason);
    const timer = setTimeout(resolve, duration_ms);
    signal.addEventListener("abort", () => {
      clearTimeout(timer);
      reject(signal.reason);
    });
  });
}
