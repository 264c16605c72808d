/**
 * Stems, fetched and decoded once each, and how loud a mix of them is. The server answers once a
 * stem is there, or 202 after a while; what is not there yet or broken is asked for again with
 * growing pauses, for as long as it is wanted. Buffers live on `window`, so that they outlast a page
 * switch.
 */

const FIRST_WAIT_MS = 250;
const LONGEST_WAIT_MS = 10_000;
const AT_ONCE = 4; // 128 parts must not be 128 requests
const SPARE = 12; // takes one goes back to, an undone instrument
const SPARE_BYTES = 256 * 2 ** 20; // but of long songs fewer
const MOST_BYTES = 512 * 2 ** 20; // of all that is wanted; what is longer has a lower sample rate
const FRAME_BYTES = 8; // two channels
const LEAST_HZ = 22_050;
const NOT_READY = 202;

/** @returns {Map<string, AudioBuffer | number>} by address, the one used longest ago first */
const cache = () => (window.tuttiStems ??= new Map());

/** An offline context decodes before the first gesture, when no other may run. */
function decode(bytes, most_hz) {
  const usual = window.tuttiAudio?.context?.sampleRate ?? 48_000;
  const rate = Math.min(usual, Math.max(LEAST_HZ, Math.floor(most_hz)));
  return new OfflineAudioContext(2, 1, rate).decodeAudioData(bytes);
}

const bytesOf = (stem) => FRAME_BYTES * (stem.length ?? 0); // a loudness is a number

/** @param {() => void} onChange a stem has come, or was asked for in vain */
export function createStems(onChange) {
  /** @type {Map<string, {tries: number, controller: AbortController}>} */
  const loading = new Map();
  let most_hz = Infinity;
  let free = AT_ONCE;
  const queue = [];

  const turn = () =>
    (free > 0 ? Promise.resolve((free -= 1)) : new Promise((go) => queue.push(go)));
  function leave() {
    if (queue.length) queue.shift()();
    else free += 1;
  }

  async function attempt(url, signal) {
    await turn();
    try {
      if (signal.aborted) return null;
      const answer = await fetch(url, { signal });
      if (!answer.ok || answer.status === NOT_READY) return null;
      if (url.endsWith(".json")) return (await answer.json()).gain;
      return await decode(await answer.arrayBuffer(), most_hz);
    } catch {
      return null; // a server that restarts, a broken file: asked again
    } finally {
      leave();
    }
  }

  async function load(url) {
    const state = { tries: 0, controller: new AbortController() };
    loading.set(url, state);
    const { signal } = state.controller;
    for (let wait_ms = FIRST_WAIT_MS; ; wait_ms = Math.min(1.6 * wait_ms, LONGEST_WAIT_MS)) {
      const buffer = await attempt(url, signal);
      if (signal.aborted) return;
      if (buffer) {
        cache().set(url, buffer);
        loading.delete(url);
        return onChange();
      }
      state.tries += 1;
      onChange();
      await new Promise((go) => setTimeout(go, wait_ms));
      if (signal.aborted) return;
    }
  }

  function tidy(wanted) {
    const spare = [...cache()].filter(([url]) => !wanted.has(url)).reverse();
    let bytes = 0;
    spare.forEach(([url, stem], place) => {
      bytes += bytesOf(stem);
      if (place >= SPARE || bytes > SPARE_BYTES) cache().delete(url);
    });
  }

  return {
    /** @param {Set<string>} urls all that is wanted now @param {number} seconds of each */
    want(urls, seconds = 0) {
      most_hz = MOST_BYTES / (FRAME_BYTES * seconds * urls.size);
      for (const [url, { controller }] of loading) {
        if (urls.has(url)) continue;
        controller.abort();
        loading.delete(url);
      }
      tidy(urls);
      for (const url of urls) if (!cache().has(url) && !loading.has(url)) load(url);
    },
    /** @param {string} url @returns {any} a stem; of a mix, its loudness */
    get: (url) => cache().get(url),
    /** How often it was asked for in vain. */
    tries: (url) => loading.get(url)?.tries ?? 0,
    dispose() {
      for (const { controller } of loading.values()) controller.abort();
      loading.clear();
    },
  };
}
