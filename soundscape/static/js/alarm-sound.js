/**
 * The desk's alarm: two soft tones, made here, for as long as something urgent waits for a person.
 *
 * A browser sounds nothing before somebody has pressed something, so a switch says whether it can: *on*, *off* by
 * choice (until the page is opened again), or *waiting* for that press. What is urgent stands in the page as `[data-alarm]`;
 * a server that does not answer is urgent too, once that has lasted.
 */

const EVERY_MS = 4_000;
const AWAY_MS = 8_000;
/** C5 and E5: heard across a room, startling nobody (judgement). Frequency, beginning, in Hz and s. */
const TONES = [
  [523.25, 0],
  [659.25, 0.45],
];
const RISE_S = 0.06;
const TONE_S = 0.9;
const GAIN = 0.25;

const WORDS = {
  on: ["Alarm sound on", "Alarms sound here."],
  off: ["Alarm sound off", "Alarms show as text only, until you turn the sound on."],
  waiting: ["Turn the alarm sound on", "This browser sounds nothing until you press once."],
};

/** Follow the alarms of a page whose switch is `place`: a button, and the words beside it. */
export function mountAlarmSound(document, place) {
  const context = new AudioContext();
  const button = place.querySelector("button");
  const said = place.querySelector("[data-words]");
  const title = document.title;
  let away_since_ms = null;
  let sounded_ms = -Infinity;

  let off = false;

  const state = () => (off ? "off" : context.state === "running" ? "on" : "waiting");
  // Without a press this promise may stay open for ever; nobody waits for it.
  const wake = () => off || context.resume().then(look, () => null);

  button.addEventListener("click", async () => {
    off = state() === "on";
    if (!off) {
      await context.resume();
      sound(context);
    }
    look();
  });
  for (const kind of ["pointerdown", "keydown"]) document.addEventListener(kind, wake, { capture: true });
  context.addEventListener("statechange", look);
  document.addEventListener("refreshed", look);
  setInterval(look, 250);
  wake();
  look();

  function look() {
    const now_ms = performance.now(); // whatever anybody does to this computer's clock
    away_since_ms = document.getElementById("away") ? (away_since_ms ?? now_ms) : null;
    const alone = away_since_ms !== null && now_ms - away_since_ms >= AWAY_MS;
    const alarm = alone || document.querySelector("[data-alarm]") !== null;
    show(alarm);
    if (alarm && state() === "on" && now_ms - sounded_ms >= EVERY_MS) {
      sounded_ms = now_ms;
      sound(context);
    }
  }

  function show(alarm) {
    const now = state();
    const wanted = alarm ? `▲ ${title}` : title;
    if (document.title !== wanted) document.title = wanted;
    if (place.dataset.state === now) return;
    place.dataset.state = now;
    button.setAttribute("aria-pressed", String(now === "on"));
    [button.textContent, said.textContent] = WORDS[now];
  }
}

function sound(context) {
  for (const [hertz, begins_s] of TONES) {
    const at_s = context.currentTime + begins_s;
    const tone = new OscillatorNode(context, { frequency: hertz });
    const gain = new GainNode(context, { gain: 0 });
    gain.gain.setValueAtTime(0, at_s);
    gain.gain.linearRampToValueAtTime(GAIN, at_s + RISE_S);
    gain.gain.exponentialRampToValueAtTime(0.001, at_s + TONE_S);
    tone.connect(gain).connect(context.destination);
    tone.start(at_s);
    tone.stop(at_s + TONE_S);
  }
}
