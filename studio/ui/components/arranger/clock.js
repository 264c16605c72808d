/**
 * Where in the piece the audio clock stands. Pure; all in seconds.
 *
 * @typedef {{from: number, to: number}} Loop
 * @typedef {{audio_start: number, song_start: number, loop: Loop | null}} Run one press of Play,
 *   or what follows a jump
 * @typedef {{beatAt: (seconds: number) => number, secondsOf: (beat: number) => number,
 *   beats_per_bar: number}} Beats where the metronome clicks, beats counted from 0
 */

/** @param {Run} run @param {number} audio_seconds @returns {number} before the start, the start */
export function songAt({ audio_start, song_start, loop }, audio_seconds) {
  const song = song_start + Math.max(0, audio_seconds - audio_start);
  if (!loop || song < loop.to) return song;
  return loop.from + ((song - loop.from) % (loop.to - loop.from));
}

/** Where playing may begin: a start behind the loop goes to its first bar. */
export const entry = (song_seconds, loop) =>
  loop && song_seconds >= loop.to - 1e-6 ? loop.from : song_seconds;

/**
 * The metronome's clicks that fall in a span of the audio clock, laps of a loop included.
 *
 * @param {Run} run @param {number} from @param {number} to audio clock
 * @param {Beats} beats
 * @returns {Array<{audio_seconds: number, accent: boolean}>}
 */
export function clicks(run, from, to, { beatAt, secondsOf, beats_per_bar }) {
  const found = [];
  const { loop } = run;
  for (let audio = Math.max(from, run.audio_start); audio < to;) {
    const song = songAt(run, audio);
    const inside = loop && song < loop.to;
    const left = inside ? loop.to - song : Infinity;
    const end = Math.min(to, audio + left);
    let beat = Math.ceil(beatAt(song) - 1e-5); // clocks are not exact
    for (; audio + secondsOf(beat) - song < end - 1e-6; beat += 1) {
      const at = Math.max(audio, audio + secondsOf(beat) - song);
      found.push({ audio_seconds: at, accent: beat % beats_per_bar === 0 });
    }
    audio = Math.max(end, audio + 1e-6);
  }
  return found;
}
