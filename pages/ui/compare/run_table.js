const make = (tag, className, ...children) => {
  const element = document.createElement(tag);
  if (className) element.className = className;
  element.append(...children.filter((child) => child !== ""));
  return element;
};
const small = (text) => (text ? make("small", "", text) : "");

const box = (label, isTicked, changed) => {
  const input = make("input");
  Object.assign(input, { type: "checkbox", checked: isTicked, onchange: changed });
  input.setAttribute("aria-label", label);
  return input;
};

const swatch = ({ color, is_baseline }) => {
  const element = make("i", is_baseline ? "baseline" : "");
  element.style.background = color ?? "none";
  return element;
};

const runCell = ({ name, href, about, tags }) => {
  const title = make(href ? "a" : "b", "", name);
  if (href) title.href = href;
  if (href) title.title = "Open on the Train page";
  const labels = tags.map((tag) => make("em", "", tag));
  return make("th", "run", title, small(about), ...labels);
};

const stateCell = ({ state }) => {
  const icon = make("span", "icon", state.icon);
  icon.setAttribute("aria-hidden", "true");
  const why = make("a", "", "Find out why");
  why.href = state.why;
  const cell = make(
    "td", `state ${state.condition}`, make("div", "", icon, state.phrase), small(state.note), state.why && why);
  cell.title = state.sentence;
  return cell;
};

const row = (one, tell) => {
  const input = box(`Compare ${one.name}`, one.is_ticked, tell);
  input.dataset.id = one.run;
  const cells = one.cells.map(({ text, below, kind }) => make("td", kind, text, small(below)));
  const element = make(
    "tr", one.is_ticked ? "ticked" : "", make("td", "", make("label", "", input, swatch(one))),
    runCell(one), stateCell(one), ...cells);
  if (one.lights) element.dataset.run = one.lights;
  return element;
};

// By a column, empty cells last; without one as the server sent them.
const sorted = (rows, { column, isDescending }) => {
  if (column === undefined) return rows;
  const key = (one) => [one.name.toLowerCase(), one.state.phrase, ...one.cells.map((c) => c.sort)][column];
  const sign = isDescending ? -1 : 1;
  return [...rows].sort((a, b) => {
    const [x, y] = [key(a), key(b)];
    if (x === null || y === null) return (x === null) - (y === null);
    return sign * (x < y ? -1 : x > y ? 1 : 0);
  });
};

// First the order that is most often wanted of a number, then the other, then the server's.
const nextOrder = (order, column, isNumber) => {
  if (order.column !== column) return { column, isDescending: isNumber };
  return order.isDescending === isNumber ? { column, isDescending: !isNumber } : {};
};

// As the address names an order: by its heading, after a minus where the largest comes first.
const named = ({ column, isDescending }, headings) =>
  column === undefined ? "" : (isDescending ? "-" : "") + headings[column];
const orderOf = (name, headings) => {
  const isDescending = name.startsWith("-");
  const column = headings.indexOf(isDescending ? name.slice(1) : name);
  return column < 0 ? {} : { column, isDescending };
};

// While the page takes in a click, it may send what was ticked before; until it agrees, or has had
// time enough, the boxes show what the person wants.
const PATIENCE_MILLISECONDS = 5000;

const forgetWanted = (root) => {
  clearTimeout(root.decLabTimer);
  delete root.decLabWanted;
};

export default function ({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".dec-lab-runs");
  const shown = JSON.stringify(data);
  if (root.decLabShown === shown) return;
  root.decLabShown = shown;
  const headings = ["Run", "State", ...data.columns.map((one) => one.label)];
  // What a person has clicked here is newer than what the page says of it.
  root.decLabOrder ??= orderOf(data.sort, headings);
  const table = root.querySelector("table");
  const boxes = () => [...table.tBodies[0].querySelectorAll("input")];
  const tell = () => {
    forgetWanted(root);
    root.decLabWanted = boxes().filter((one) => one.checked).map((one) => one.dataset.id);
    root.decLabTimer = setTimeout(() => {
      forgetWanted(root);
      root.decLabDraw();
    }, PATIENCE_MILLISECONDS);
    setTriggerValue("ticked", root.decLabWanted);
  };
  const runs = data.rows.map((one) => one.run).join();
  const wanted = new Set(root.decLabWanted);
  if (root.decLabRuns !== runs || data.rows.every((one) => one.is_ticked === wanted.has(one.run)))
    forgetWanted(root);
  root.decLabRuns = runs;

  const head = (label, column, isNumber, { below = "", help = "" } = {}) => {
    const button = make("button", "", label);
    button.type = "button";
    button.onclick = () => {
      root.decLabOrder = nextOrder(root.decLabOrder, column, isNumber);
      draw();
      setTriggerValue("sorted", named(root.decLabOrder, headings));
    };
    const cell = make("th", isNumber ? "number" : "", button, small(below));
    cell.title = help;
    if (root.decLabOrder.column === column)
      cell.setAttribute("aria-sort", root.decLabOrder.isDescending ? "descending" : "ascending");
    return cell;
  };
  const draw = () => {
    const focused = document.activeElement?.dataset.id;
    const rows = data.rows.map((one) =>
      ({ ...one, is_ticked: root.decLabWanted?.includes(one.run) ?? one.is_ticked }));
    const ticked = rows.filter((one) => one.is_ticked).length;
    const all = box("Compare all of these runs", ticked > 0 && ticked === rows.length, () => {
      for (const one of boxes()) one.checked = all.checked;
      tell();
    });
    all.indeterminate = ticked > 0 && ticked < rows.length;
    table.tHead.replaceChildren(make(
      "tr", "", make("th", "", all), head("Run", 0, false), head("State", 1, false),
      ...data.columns.map((one, n) => head(one.label, n + 2, one.is_number, one))));
    table.tBodies[0].replaceChildren(
      ...sorted(rows, root.decLabOrder).map((one) => row(one, tell)));
    if (focused) boxes().find((one) => one.dataset.id === focused)?.focus();
  };
  root.decLabDraw = draw;
  draw();
}
