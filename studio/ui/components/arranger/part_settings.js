import { withMessage } from "./arrangement.js";

/**
 * What is set of a part: volume, place, mute and solo, the lock, the instrument. Each can be undone.
 *
 * @typedef {import("./arrangement.js").Arrangement} Arrangement
 * @typedef {{now: () => {work: Arrangement, selected: string}, put: (work: Arrangement) => void,
 *   tell: (kind: string, what: any) => void, say: (text: string) => void,
 *   history: ReturnType<typeof import("./history.js").createHistory>}} Desk `put` takes the place of
 *   what there is `now`
 */

const KINDS = { locked: "lock", program: "instrument" };

/** @param {Desk} desk */
export function createPartSettings({ now, put, tell, say, history }) {
  const partOf = (name) => now().work.parts.find((part) => part.name === name);

  /** @param {string} name @param {"strip" | "locked" | "program"} what */
  function apply(name, what, value) {
    const { work } = now();
    if (what === "strip") {
      const mix = { ...work.mix, [name]: value };
      tell("mix", { mix });
      return put({ ...work, mix });
    }
    const message = { part: name, [what]: value };
    tell(KINDS[what], message);
    put(withMessage(work, { kind: KINDS[what], ...message }));
  }

  function set(name, what, before, after) {
    history.addSetting({ name, what, before, after });
    apply(name, what, after);
  }

  const act = {
    /** Of a part; of the chosen one, where none is named. */
    toggle(what_or_name, what) {
      const [name, kind] = what ? [what_or_name, what] : [now().selected, what_or_name];
      const part = partOf(name);
      if (!part) return say("Choose a part first: click its name");
      if (!now().work.rendered) return say("There is no band to mix yet: generate one");
      if (kind !== "locked") {
        const on = !now().work.mix[name][kind];
        say(`${name}: ${kind} ${on ? "on" : "off"}`);
        return act.strip(name, { [kind]: on });
      }
      say(part.locked
        ? `${name} is unlocked: it can be edited and written anew`
        : `${name} is locked: it stays as it is, by hand, too`);
      set(name, "locked", part.locked, !part.locked);
    },

    strip(name, some) {
      const strip = now().work.mix[name];
      set(name, "strip", strip, { ...strip, ...some });
    },

    instrument: (name, program) => set(name, "program", partOf(name).program, program),
  };
  return { act, apply };
}
