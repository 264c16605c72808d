import { loadSprite, nearest } from "./sprite.js";

/**
 * Everything that is heard. The audio context and the decoded sprites live on `window`, so they
 * outlast reruns and page switches.
 *
 * @typedef {import("./sprite.js").Sprite} Sprite
 * @typedef {{release: (at_seconds?: number) => void}} Voice
 */

const RELEASE_SECONDS = 0.08;
const MAX_SPRITES = 6;

/**
 * @returns {{context: AudioContext | null, output: AudioNode | null,
 *   sprites: Map<string, AudioBuffer>}}
 */
const shared = () => (window.tuttiAudio ??= { context: null, output: null, sprites: new Map() });

/** The one audio context, woken: call it from a gesture, browsers allow sound only after one. */
export function audioContext() {
  const audio = shared();
  if (!audio.context) {
    audio.context = new AudioContext({ latencyHint: "interactive" });
    const limiter = audio.context.createDynamicsCompressor(); // ten fingers must not clip
    limiter.connect(audio.context.destination);
    audio.output = limiter;
  }
  if (audio.context.state !== "running") audio.context.resume().catch(() => {});
  return audio.context;
}

/**
 * One thing sounds at a time, on the whole page.
 *
 * @param {() => void} stop when another begins @param {AbortSignal} signal
 * @returns {() => void} to be called where one begins
 */
export function soloist(stop, signal) {
  const me = {};
  window.addEventListener("tutti-sounds", ({ detail }) => detail !== me && stop(), { signal });
  return () => {
    for (const audio of document.querySelectorAll("audio")) audio.pause();
    window.dispatchEvent(new CustomEvent("tutti-sounds", { detail: me }));
  };
}

export function createSound() {
  /** @type {Sprite | null} */
  let sprite = null;
  let loading = new AbortController();

  return {
    /** @param {Sprite | null} next @param {() => void} onReady */
    load(next, onReady) {
      if (next?.url === sprite?.url) return;
      loading.abort();
      loading = new AbortController();
      sprite = next;
      if (!next || shared().sprites.has(next.url)) return onReady();
      loadSprite(next.url, loading.signal).then((buffer) => {
        const { sprites } = shared();
        sprites.set(next.url, buffer);
        if (sprites.size > MAX_SPRITES) sprites.delete(sprites.keys().next().value);
        onReady();
      }, () => {}); // aborted: another sprite is on its way
    },

    /** @returns {"sprite" | "oscillator"} */
    kind: () => (sprite && shared().sprites.has(sprite.url) ? "sprite" : "oscillator"),

    /** @param {number} [at_seconds] on the audio clock; now where left out @returns {Voice} */
    strike(pitch, velocity, at_seconds) {
      const context = audioContext();
      const at = Math.max(at_seconds ?? 0, context.currentTime);
      return struck(context, shared().output, sprite, pitch, velocity, at);
    },

    /** A note of a buffer that is being made. @param {OfflineAudioContext} context */
    lay(context, pitch, velocity, at_seconds, end_seconds) {
      const { destination } = context;
      struck(context, destination, sprite, pitch, velocity, at_seconds).release(end_seconds);
    },

    /** One metronome click. @returns {() => void} takes it back */
    click(at_seconds, accent) {
      const context = audioContext();
      const tick = new OscillatorNode(context, { frequency: accent ? 1760 : 1175 });
      const gain = new GainNode(context, { gain: 0 });
      gain.gain.setValueAtTime(accent ? 0.35 : 0.2, at_seconds);
      gain.gain.exponentialRampToValueAtTime(0.001, at_seconds + 0.04);
      tick.connect(gain).connect(shared().output);
      tick.start(at_seconds);
      tick.stop(at_seconds + 0.05);
      return () => tick.disconnect();
    },

    /** Waits until the clock runs, at most half a second: without a sound card we go on unheard. */
    async ready() {
      const context = audioContext();
      if (context.state === "running") return context;
      await Promise.race([context.resume(), new Promise((go) => setTimeout(go, 500))]);
      return context;
    },

    dispose: () => loading.abort(),
  };
}

/** @returns {Voice} */
function struck(context, output, sprite, pitch, velocity, at) {
  const buffer = sprite && shared().sprites.get(sprite.url);
  return buffer
    ? sampled(context, output, buffer, sprite, pitch, velocity, at)
    : synthesised(context, output, pitch, velocity, at);
}

/** @returns {Voice} */
function sampled(context, output, buffer, sprite, pitch, velocity, at) {
  const index = nearest(sprite.pitches, pitch);
  const playbackRate = 2 ** ((pitch - sprite.pitches[index]) / 12);
  const source = new AudioBufferSourceNode(context, { buffer, playbackRate });
  const gain = new GainNode(context, { gain: 0.9 * (velocity / 127) ** 1.4 });
  source.connect(gain).connect(output);
  source.start(at, index * sprite.seconds_per_note, sprite.seconds_per_note);
  return { release: (end = context.currentTime) => fade(source, gain, Math.max(at, end)) };
}

/** A soft triangle: it always plays, so the first touch is never silent. @returns {Voice} */
function synthesised(context, output, pitch, velocity, at) {
  const frequency = 440 * 2 ** ((pitch - 69) / 12);
  const source = new OscillatorNode(context, { type: "triangle", frequency });
  const gain = new GainNode(context, { gain: 0 });
  const peak = 0.32 * (velocity / 127) ** 1.4;
  gain.gain.setTargetAtTime(peak, at, 0.004);
  gain.gain.setTargetAtTime(peak * 0.35, at + 0.03, 0.5);
  source.connect(gain).connect(output);
  source.start(at);
  const shortest = at + 0.03; // let the attack end before the release begins
  return { release: (end = context.currentTime) => fade(source, gain, Math.max(shortest, end)) };
}

function fade(source, gain, end) {
  gain.gain.setTargetAtTime(0, end, RELEASE_SECONDS / 4);
  source.stop(end + RELEASE_SECONDS * 1.5);
}

/**
 * Pairs the audio clock with the clock of input events at the sound now leaving the speaker:
 * people play to what they hear.
 *
 * @param {AudioContext} context
 * @returns {{audio_seconds: number, time_ms: number}}
 */
export function heardNow(context) {
  const stamp = context.getOutputTimestamp?.();
  const now_ms = performance.now();
  if (stamp?.contextTime > 0 && now_ms - stamp.performanceTime < 500) {
    return { audio_seconds: stamp.contextTime, time_ms: stamp.performanceTime };
  }
  return { audio_seconds: context.currentTime - (context.outputLatency || 0), time_ms: now_ms };
}
