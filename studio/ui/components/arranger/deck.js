import { createSound, heardNow } from "../keyboard/sound.js";
import { clicks, entry, songAt } from "./clock.js";
import { createStems } from "./stems.js";

/**
 * What is heard: one voice a part, all started by one clock, each through its own gain and pan.
 * A stem that comes later, or in the place of another, joins at the same place of the piece.
 *
 * @typedef {import("./clock.js").Loop} Loop
 * @typedef {{source: AudioBufferSourceNode, fade: GainNode}} Voice
 * @typedef {{gain: GainNode, pan: StereoPannerNode} | null} Way
 */

const LEAD_SECONDS = 0.05; // room to start all voices together
const FADE_SECONDS = 0.006; // no click where a voice is cut into
const GLIDE_SECONDS = 0.006; // a gain is there to 95 % after three of these
const TAIL_SECONDS = 2; // what may ring after the last bar
const TICK_MS = 25;
const USUAL_LOUDNESS = 2; // of a band whose own is not told
const VAIN = 2; // asked for so often, a stem holds another take up no longer
const HOPELESS = 5; // nor what is to be played: over ten seconds, see `stems.js`

/** A hidden tab gets one tick a second, so it must look further ahead. */
const lookahead_seconds = () => (document.hidden ? 1.5 : 0.2);

/** @param {AudioContext} context @returns {number} audio-clock seconds that leave the speaker now */
export function heardPosition(context) {
  const { audio_seconds, time_ms } = heardNow(context);
  const since = context.state === "running" ? (performance.now() - time_ms) / 1000 : 0;
  return audio_seconds + since;
}

/** @param {AudioBuffer} buffer @returns {AudioBuffer} at least so long: a loop needs its end */
function padded(buffer, seconds) {
  const length = Math.ceil(seconds * buffer.sampleRate);
  if (buffer.length >= length) return buffer;
  const { numberOfChannels, sampleRate } = buffer;
  const longer = new AudioBuffer({ length, numberOfChannels, sampleRate });
  for (let i = 0; i < numberOfChannels; i += 1) longer.copyToChannel(buffer.getChannelData(i), i);
  return longer;
}

/**
 * @param {() => void} onChange playing began or ended, a stem came
 * @param {{sound?: any, heard?: (context: any) => number}} [world] replaced in tests
 */
export function createDeck(onChange, { sound = createSound(), heard = heardPosition } = {}) {
  /** @type {AudioContext | null} */
  let context = null;
  /**
   * @type {Map<string, {name: string, want: string | null, rendering: boolean, gone: boolean,
   *   url: string | null, buffer: AudioBuffer | null, voice: Voice | null, way: Way,
   *   level: number, pan: number}>}
   */
  const channels = new Map();
  /** @type {import("./clock.js").Run | null} */
  let run = null;
  let rest_seconds = 0; // where playing begins next
  let end_seconds = 0;
  /** @type {GainNode | null} */
  let master = null;
  let loudness = 1; // of all parts together, by which their peak is the same in every piece
  /** @type {string | null} */
  let told = null; // the address that says it
  let together = false; // another take: its stems begin when all are there
  let pending = false; // playing begins when all stems are there
  /** @type {Loop | null} */
  let loop = null;
  let metronome = { on: false };
  let clicked_until = 0;
  let silencers = [];
  let timer = 0;
  let asked = 0; // counts plays and stops: a stop that comes while sound wakes up wins
  const stems = createStems(() => {
    takeOver();
    onChange();
  });
  const lifetime = new AbortController();
  // Browsers let sound begin in a gesture only. The first one opens it, so that Play need not wait
  // for the speaker; a later one opens what a phone call or the system has closed.
  const wake = () => sound.ready();
  for (const gesture of ["pointerdown", "keydown"]) {
    window.addEventListener(gesture, wake, { capture: true, signal: lifetime.signal });
  }
  document.addEventListener("visibilitychange", () => {
    if (run && !document.hidden && context.state !== "running") context.resume().catch(() => {});
  }, { signal: lifetime.signal });

  const latest = () => (run ? songAt(run, heard(context)) : rest_seconds);

  function wayOf(channel) {
    if (channel.way) return channel.way;
    const gain = new GainNode(context, { gain: channel.level });
    const pan = new StereoPannerNode(context, { pan: channel.pan });
    if (!master) {
      master = new GainNode(context, { gain: loudness });
      master.connect(context.destination);
    }
    gain.connect(pan).connect(master);
    return (channel.way = { gain, pan });
  }

  function begin(channel, at_seconds, song_seconds) {
    channel.voice = null;
    if (!channel.buffer) return;
    const { loop: lap } = run;
    if (lap) channel.buffer = padded(channel.buffer, end_seconds);
    const { buffer } = channel;
    if (song_seconds >= buffer.duration) return;
    const range = lap ? { loop: true, loopStart: lap.from, loopEnd: lap.to } : {};
    const source = new AudioBufferSourceNode(context, { buffer, ...range });
    const fade = new GainNode(context, { gain: song_seconds > 0 ? 0 : 1 });
    if (song_seconds > 0) {
      fade.gain.setValueAtTime(0, at_seconds);
      fade.gain.linearRampToValueAtTime(1, at_seconds + FADE_SECONDS);
    }
    source.connect(fade).connect(wayOf(channel).gain);
    source.start(at_seconds, song_seconds);
    channel.voice = { source, fade };
  }

  function cease({ voice }, at_seconds) {
    if (!voice) return;
    voice.fade.gain.setTargetAtTime(0, at_seconds, FADE_SECONDS / 3);
    voice.source.stop(at_seconds + 4 * FADE_SECONDS);
    voice.source.onended = () => voice.fade.disconnect();
  }

  /** All voices from one place at one time; those that sound end as the new ones begin. */
  function restart(song_seconds) {
    const at = context.currentTime + LEAD_SECONDS;
    hush();
    run = { audio_start: at, song_start: entry(song_seconds, loop), loop };
    clicked_until = at;
    for (const channel of channels.values()) {
      cease(channel, at);
      begin(channel, at, run.song_start);
    }
  }

  /** Whether all stems are there, but for those that were asked for in vain so often. */
  const complete = (tries) => [{ want: told, gone: false }, ...channels.values()].every(
    ({ want, gone }) => gone || !want || stems.get(want) || stems.tries(want) >= tries);

  /** Stems that have come take the place of those before them, at the same place of the piece. */
  function takeOver() {
    if (together && !complete(VAIN)) return;
    together = false;
    const known = loudness === 1 ? USUAL_LOUDNESS : loudness;
    setLoudness(told === null ? 1 : (stems.get(told) ?? known));
    const at = context ? context.currentTime + LEAD_SECONDS : 0;
    for (const channel of [...channels.values()]) {
      const buffer = channel.want && stems.get(channel.want);
      if (channel.gone) {
        cease(channel, at);
        channels.delete(channel.name);
      } else if (buffer && channel.url !== channel.want) {
        channel.url = channel.want;
        channel.buffer = buffer;
        if (!run) continue;
        cease(channel, at);
        begin(channel, at, songAt(run, at));
      }
    }
    if (pending && complete(HOPELESS)) start();
  }

  function start() {
    pending = false;
    restart(rest_seconds >= end_seconds - 1e-3 ? 0 : rest_seconds);
    clearInterval(timer);
    timer = setInterval(tick, TICK_MS);
    tick();
  }

  /** @param {number} next */
  function setLoudness(next) {
    if (next === loudness) return;
    loudness = next;
    master?.gain.setTargetAtTime(loudness, context.currentTime, GLIDE_SECONDS);
  }

  function hush() {
    for (const silence of silencers) silence();
    silencers = [];
  }

  function tick() {
    if (!run) return;
    if (metronome.on) {
      const from = Math.max(clicked_until, context.currentTime);
      const until = context.currentTime + lookahead_seconds();
      for (const click of clicks(run, from, until, metronome)) {
        silencers = [...silencers.slice(-8), sound.click(click.audio_seconds, click.accent)];
      }
      clicked_until = Math.max(from, until);
    }
    const lengths = [...channels.values()].map(({ buffer }) => buffer?.duration ?? 0);
    const longest = Math.max(0, ...lengths);
    const end = Math.max(end_seconds, Math.min(longest, end_seconds + TAIL_SECONDS));
    if (!run.loop && latest() >= end) halt(0);
  }

  function halt(next_seconds) {
    asked += 1;
    pending = false;
    clearInterval(timer);
    rest_seconds = next_seconds;
    if (!run) return onChange();
    const at = context.currentTime;
    hush();
    for (const channel of channels.values()) {
      cease(channel, at);
      channel.voice = null;
    }
    run = null;
    onChange();
  }

  return {
    /**
     * The parts' stems; null where one is still rendered: the one before goes on.
     *
     * @param {Array<{name: string, stem: string | null}>} parts
     * @param {{end_seconds: number, together: boolean, loudness?: string | null}} how `together`
     *   for another take; `loudness`, the address that says how loud all of them are played
     */
    load(parts, how) {
      end_seconds = how.end_seconds;
      together ||= how.together;
      told = how.loudness ?? null;
      const names = new Set(parts.map(({ name }) => name));
      for (const channel of channels.values()) channel.gone = !names.has(channel.name);
      for (const { name, stem } of parts) {
        if (!channels.has(name)) {
          const silent = { url: null, buffer: null, voice: null, way: null, level: 1, pan: 0 };
          channels.set(name, { name, want: null, rendering: true, gone: false, ...silent });
        }
        const channel = channels.get(name);
        channel.rendering = stem === null;
        channel.want = stem ?? channel.want;
      }
      const wanted = [...channels.values()].filter(({ gone, want }) => !gone && want);
      stems.want(new Set([...wanted.map(({ want }) => want), ...(told ? [told] : [])]), end_seconds);
      takeOver();
    },

    /** Another piece: nothing of the one before may sound. */
    clear() {
      halt(0);
      channels.clear();
    },

    /** @param {(name: string) => {level: number, pan: number}} of a part's loudness and place */
    setMix(of) {
      for (const channel of channels.values()) {
        if (channel.gone) continue;
        const { level, pan } = of(channel.name);
        const moved = [["gain", "gain", level, channel.level], ["pan", "pan", pan, channel.pan]];
        Object.assign(channel, { level, pan });
        for (const [node, parameter, value, before] of moved) {
          if (value === before) continue;
          channel.way?.[node][parameter].setTargetAtTime(value, context.currentTime, GLIDE_SECONDS);
        }
      }
    },

    /** From where it rests, as soon as all parts have their sound. */
    async play() {
      asked += 1;
      const mine = asked;
      const ready = await sound.ready();
      if (mine !== asked || run) return;
      context = ready;
      pending = true;
      if (complete(HOPELESS)) start();
      onChange();
    },

    pause: () => halt(Math.min(latest(), end_seconds)),
    stop: () => halt(loop?.from ?? 0),

    /** @param {number} song_seconds */
    seek(song_seconds) {
      rest_seconds = Math.max(0, Math.min(song_seconds, end_seconds));
      if (run) restart(rest_seconds);
    },

    /** @param {Loop | null} next */
    setLoop(next) {
      if (next?.from === loop?.from && next?.to === loop?.to) return;
      const song = latest();
      loop = next;
      if (run) restart(song);
    },

    /** @param {import("./clock.js").Beats & {on: boolean}} next */
    setMetronome(next) {
      metronome = next;
      if (!next.on) hush();
      if (context) clicked_until = Math.max(clicked_until, context.currentTime);
    },

    isPlaying: () => run !== null,
    /** Whether playing waits for a part's sound. */
    isPending: () => pending,
    /** Seconds into the piece, as heard. */
    position: () => Math.min(latest(), end_seconds),
    /** Whether a part's sound is not yet what its notes say. @param {string} name */
    isWaiting(name) {
      const channel = channels.get(name);
      return !channel || channel.rendering || channel.url !== channel.want;
    },
    dispose() {
      lifetime.abort();
      halt(0);
      stems.dispose();
      sound.dispose?.();
      for (const { way } of channels.values()) way?.pan.disconnect();
      master?.disconnect();
    },
  };
}
