const PLAY_MILLISECONDS = 350;

// One slider stands on the page; the keys are its own while nothing else has the focus.
const listenToKeys = (root) => {
  const hear = (event) => {
    if (!root.isConnected) return window.removeEventListener("keydown", hear);
    const isElsewhere = event.target !== document.body && !event.target.closest?.(".dec-lab-plot");
    if (isElsewhere || event.ctrlKey || event.metaKey || event.altKey) return;
    const act = { ArrowLeft: () => root.decLab.step(-1), ArrowRight: () => root.decLab.step(1),
      " ": () => root.decLab.play() }[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  };
  window.addEventListener("keydown", hear);
};

const tellPlots = (iteration) => {
  window.decLabPlayhead = iteration;
  window.dispatchEvent(new Event("dec-lab-playhead"));
};

export default function (component) {
  const { data, parentElement, setStateValue } = component;
  const root = parentElement.querySelector(".dec-lab-frames");
  const [input, text] = [root.querySelector("input"), root.querySelector("span")];
  const [play, newest] = root.querySelectorAll("button");
  if (!root.decLab) {
    root.decLab = { following: data.following };
    listenToKeys(root);
  }
  const state = root.decLab;
  const iterations = data.stretches.flatMap(([first, step, count]) =>
    Array.from({ length: count }, (_, place) => first + place * step));
  const last = Math.max(0, iterations.length - 1);

  const show = () => {
    const iteration = iterations[input.value];
    text.textContent = iteration === undefined ? "No update yet"
      : `Update ${Number(input.value).toLocaleString("en")} of ${last.toLocaleString("en")}, ` +
        `iteration ${iteration.toLocaleString("en")}`;
    newest.disabled = state.following || last === 0;
    play.disabled = last === 0;
    play.textContent = state.isPlaying ? "\u23F8\uFE0E" : "\u25B6\uFE0E";
    play.setAttribute("aria-label", state.isPlaying ? "Pause the replay" : "Replay the updates");
    tellPlots(state.following ? null : iteration);
  };
  const choose = (update) => {
    state.following = update >= last;
    input.value = Math.min(Math.max(update, 0), last);
    show();
    state.sent = state.following ? null : Number(input.value);
    setStateValue("update", state.sent);
  };
  const stop = () => {
    state.isPlaying = false;
    clearTimeout(state.timer);
  };
  // The next update comes once the page has drawn this one.
  const goOn = () => {
    clearTimeout(state.timer);
    state.timer = setTimeout(() => {
      if (!root.isConnected || !state.isPlaying) return;
      if (Number(input.value) + 1 >= last) stop();
      choose(Number(input.value) + 1);
    }, PLAY_MILLISECONDS);
  };
  state.step = (by) => { stop(); choose(Number(input.value) + by); };
  state.play = () => {
    if (state.isPlaying) { stop(); return show(); }
    if (last === 0) return;
    state.isPlaying = true;
    choose(Number(input.value) >= last ? 0 : Number(input.value) + 1);
  };

  input.max = last;
  input.disabled = last === 0;
  if (state.following) input.value = last;
  else if (!state.dragging && data.chosen !== null) input.value = data.chosen;
  input.oninput = () => { stop(); state.following = false; state.dragging = true; show(); };
  input.onchange = () => { state.dragging = false; choose(Number(input.value)); };
  play.onclick = state.play;
  newest.onclick = () => { stop(); choose(last); };
  const marks = root.querySelector("datalist");
  marks.replaceChildren(...data.marks.map((update) => new Option("", update)));
  show();
  if (state.isPlaying && data.chosen === state.sent) goOn();
}
