/** MIDI keyboards through Web MIDI. */

/** A word for the tool strip and a sentence for the status line. */
const NO_WEB_MIDI = ["not here", "This browser has no Web MIDI; Chrome, Edge or Firefox have it"];
const INSECURE = ["not here", "MIDI keyboards need this page on localhost or https"];
const REFUSED = ["refused", "MIDI was refused; allow it in the browser's site settings"];
const NONE = ["none found", "No MIDI keyboard found; plug one in"];
const SUSTAIN = 64;
const ALL_SOUND_OFF = 120;
const ALL_NOTES_OFF = 123;

/**
 * @param {{press: Function, release: Function, pedal: Function, releaseAll: Function}} hands
 * @param {(word: string, sentence: string, connected: boolean) => void} onStatus
 * @param {() => void} onPlayed
 */
export function createMidi(hands, onStatus, onPlayed) {
  /** @type {MIDIAccess | null} */
  let access = null;

  function receive(input, { data, timeStamp }) {
    const [status, first, second] = data;
    const time_ms = timeStamp || performance.now();
    const kind = status & 0xf0;
    const finger = `midi:${input.id}:${status & 0x0f}:${first}`;
    if (kind === 0x90 && second > 0) {
      hands.press(finger, first, second, time_ms);
      onPlayed();
    } else if (kind === 0x80 || kind === 0x90) hands.release(finger, time_ms);
    else if (kind === 0xb0 && first === SUSTAIN) hands.pedal(second >= 64, time_ms);
    else if (kind === 0xb0 && (first === ALL_NOTES_OFF || first === ALL_SOUND_OFF)) {
      hands.releaseAll(time_ms);
    }
  }

  /** Called again whenever a device comes or goes. */
  function listen() {
    const inputs = [...access.inputs.values()].filter(({ state }) => state === "connected");
    for (const input of inputs) input.onmidimessage = (message) => receive(input, message);
    const names = inputs.map(({ name }) => name || "unnamed device").join(", ");
    if (names) onStatus(names, `MIDI keyboard: ${names}`, true);
    else onStatus(...NONE, false);
  }

  return {
    async connect() {
      if (!navigator.requestMIDIAccess) {
        return onStatus(...(window.isSecureContext ? NO_WEB_MIDI : INSECURE), false);
      }
      try {
        access = await navigator.requestMIDIAccess({ sysex: false });
      } catch {
        return onStatus(...REFUSED, false);
      }
      access.onstatechange = (event) => {
        if (event?.port?.type === "input" && event.port.state === "disconnected") {
          hands.releaseAll(performance.now()); // an unplugged keyboard sends no more releases
        }
        listen();
      };
      return listen();
    },

    /** Connects without being asked only where that was allowed before: no prompt at the door. */
    async reconnect() {
      const asked = navigator.permissions?.query({ name: "midi" });
      const permission = await asked?.catch(() => null);
      if (permission?.state === "granted") await this.connect();
    },

    dispose() {
      if (!access) return;
      access.onstatechange = null;
      for (const input of access.inputs.values()) input.onmidimessage = null;
    },
  };
}
