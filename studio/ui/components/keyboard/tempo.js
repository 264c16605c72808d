/** Ticks and seconds where the tempo may change. Pure. */

const QUARTER_TICKS = 480; // as in every score of the studio

/**
 * How ticks and seconds of the piece follow each other.
 *
 * @param {Array<[start_tick: number, quarter_microseconds: number]>} tempos the first at tick 0
 * @param {number} quarter ticks
 */
export function tempoClock(tempos, quarter) {
  let seconds = 0;
  const parts = tempos.map(([tick, microseconds], i) => {
    const part = { tick, seconds, each: microseconds / 1e6 / quarter };
    if (i + 1 < tempos.length) seconds += (tempos[i + 1][0] - tick) * part.each;
    return part;
  });
  const partOf = (value, name) => parts.findLast((part) => part[name] <= value) ?? parts[0];
  return {
    secondsAt(tick) {
      const part = partOf(tick, "tick");
      return part.seconds + (tick - part.tick) * part.each;
    },
    tickAt(time) {
      const part = partOf(time, "seconds");
      return part.tick + (time - part.seconds) / part.each;
    },
  };
}

/**
 * Between the seconds of a take and those of its one tempo: where it came from a file whose tempo
 * changes, grid and bar lines are even in the latter.
 *
 * @param {{tempo_bpm: number, tempos?: Array<[number, number]>}} take
 * @returns {{even: (seconds: number) => number, heard: (seconds: number) => number}}
 */
export function evenTime({ tempo_bpm, tempos }) {
  if (!tempos?.length) return { even: (seconds) => seconds, heard: (seconds) => seconds };
  const { secondsAt, tickAt } = tempoClock(tempos, QUARTER_TICKS);
  const each = 60 / tempo_bpm / QUARTER_TICKS;
  return { even: (time) => tickAt(time) * each, heard: (time) => secondsAt(time / each) };
}
