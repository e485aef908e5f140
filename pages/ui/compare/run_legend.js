const tell = (run) => window.dispatchEvent(new CustomEvent("dec-lab-run", { detail: run }));

// Once per page, however often the legend is drawn.
const listen = () => {
  if (window.decLabRuns) return;
  window.decLabRuns = { pointed: null, lit: null };
  const point = ({ target }) => {
    const run = target.closest?.("[data-run]")?.dataset.run ?? null;
    if (run === window.decLabRuns.pointed) return;
    window.decLabRuns.pointed = run;
    tell(run);
  };
  document.addEventListener("mouseover", point);
  document.addEventListener("focusin", point);
  window.addEventListener("dec-lab-run", ({ detail }) => {
    window.decLabRuns.lit = detail;
    dim();
  });
};

const dim = () => {
  const { lit } = window.decLabRuns;
  for (const element of document.querySelectorAll("[data-run]"))
    element.classList.toggle("dec-lab-dim", Boolean(lit) && element.dataset.run !== lit);
};

const entry = ({ run, name, color, note, href, is_baseline }) => {
  const element = document.createElement("div");
  element.dataset.run = run;
  element.setAttribute("role", "listitem");
  const swatch = document.createElement("i");
  swatch.style.background = color;
  if (is_baseline) swatch.className = "baseline";
  const title = document.createElement("b");
  title.textContent = name;
  const words = document.createElement("span");
  words.textContent = note;
  const link = document.createElement("a");
  link.textContent = "Open";
  link.href = href;
  link.setAttribute("aria-label", `Open ${name} on the Train page`);
  element.append(swatch, title, words, link);
  return element;
};

export default function ({ data, parentElement }) {
  listen();
  const root = parentElement.querySelector(".dec-lab-legend");
  const shown = JSON.stringify(data.entries);
  if (root.decLabShown !== shown) {
    root.decLabShown = shown;
    root.replaceChildren(...data.entries.map(entry));
  }
  dim();
}
