const THUMB = 14;

// Where a number stands among ascending ones, as an index with a fraction.
const placeOf = (value, numbers) => {
  const last = numbers.length - 1;
  if (!(value > numbers[0])) return 0;
  if (value >= numbers[last]) return last;
  const next = numbers.findIndex((number) => number >= value);
  const [low, high] = [numbers[next - 1], numbers[next]];
  return next - 1 + (value - low) / (high - low);
};

// Round values get a mark: one digit and zeros, or where these are many, every fifth.
const marked = (numbers) => {
  const isRound = (number) => number > 0 && Number.isInteger(Math.round(Math.log10(number) * 1e6) / 1e6);
  const isLog = numbers.at(-1) > 100 * Math.max(numbers[0], 1e-9) && numbers.length < 60;
  return numbers.map((number) => (isLog ? number === 0 || isRound(number) : number % 5 === 0));
};

const showHelp = (button, tip) => {
  const open = () => {
    tip.showPopover();
    const { left, bottom, top } = button.getBoundingClientRect();
    const below = bottom + 6 + tip.offsetHeight < innerHeight;
    tip.style.left = `${Math.max(4, Math.min(left - 20, innerWidth - tip.offsetWidth - 4))}px`;
    tip.style.top = `${below ? bottom + 6 : top - 6 - tip.offsetHeight}px`;
  };
  const close = () => tip.matches(":popover-open") && tip.hidePopover();
  button.onmouseenter = button.onfocus = open;
  button.onmouseleave = button.onblur = close;
  button.onkeydown = (event) => event.key === "Escape" && close();
};

const drawMarks = (line, numbers, preset, choose) => {
  line.querySelectorAll("i").forEach((mark) => mark.remove());
  const isMarked = marked(numbers);
  const place = (index) => {
    const mark = document.createElement("i");
    const share = numbers.length > 1 ? index / (numbers.length - 1) : 0;
    mark.style.left = `calc(${THUMB / 2}px + (100% - ${THUMB}px) * ${share})`;
    line.append(mark);
    return mark;
  };
  numbers.forEach((_, index) => isMarked[index] && place(index));
  const mark = place(placeOf(Number(preset), numbers));
  mark.className = "preset";
  mark.title = `Preset: ${preset}`;
  mark.onclick = () => choose(preset);
};

export default function ({ data, parentElement, setStateValue }) {
  const root = parentElement.querySelector(".dec-lab-number");
  const [box, slider] = [root.querySelector("[type=text]"), root.querySelector("[type=range]")];
  const numbers = data.options.map(Number);
  const last = numbers.length - 1;

  const placeThumb = () => {
    slider.value = placeOf(Number(box.value), numbers);
    const share = last ? slider.value / last : 0;
    slider.style.setProperty("--share", `calc(${THUMB / 2}px + (100% - ${THUMB}px) * ${share})`);
    slider.setAttribute("aria-valuetext", box.value);
  };
  const send = () => {
    box.value = box.value.trim();
    placeThumb();
    if (root.sent === box.value) return;
    root.sent = box.value;
    setStateValue("value", box.value);
  };
  const choose = (text) => { box.value = text; send(); };
  // The next even value in that direction, from wherever the number stands.
  const step = (by) => {
    const here = placeOf(Number(box.value), numbers);
    const next = by > 0 ? Math.floor(here) + by : Math.ceil(here) + by;
    choose(data.options[Math.min(Math.max(next, 0), last)]);
  };
  const steps = { ArrowUp: 1, ArrowRight: 1, ArrowDown: -1, ArrowLeft: -1, PageUp: 3, PageDown: -3,
    Home: -last, End: last };

  // A value that the server has seen comes back later than a person types the next one.
  if (root.sent === undefined) {
    root.sent = box.value = data.text;
    slider.max = last;
  }
  const [label] = root.getElementsByTagName("label");
  const [help] = root.getElementsByTagName("button");
  label.textContent = data.label;
  box.id ||= `dec-lab-${crypto.randomUUID?.() ?? Math.random().toString(36).slice(2)}`;
  label.htmlFor = box.id;
  const name = data.is_changed ? `${data.label} (changed)` : data.label;
  box.setAttribute("aria-label", name);
  box.setAttribute("aria-invalid", String(Boolean(data.problem)));
  slider.setAttribute("aria-label", name);
  help.setAttribute("aria-label", `Help for ${name}`);
  root.classList.toggle("changed", data.is_changed);
  root.querySelector("p").textContent = data.problem;
  const tip = root.querySelector("[popover]");
  tip.textContent = data.help;
  showHelp(help, tip);
  drawMarks(slider.parentElement, numbers, data.preset, choose);
  placeThumb();

  box.onchange = send;
  box.onkeydown = (event) => {
    if (event.key === "Enter") send();
    if (event.key !== "ArrowUp" && event.key !== "ArrowDown") return;
    event.preventDefault();
    step(steps[event.key]);
  };
  slider.oninput = () => {
    box.value = data.options[Math.round(slider.value)];
    placeThumb();
  };
  slider.onchange = send;
  slider.onkeydown = (event) => {
    if (!(event.key in steps)) return;
    event.preventDefault();
    step(steps[event.key]);
  };
}
