const library = (url) => {
  window.decLabPlotly ??= new Promise((resolve, reject) => {
    if (window.Plotly) return resolve(window.Plotly);
    const script = document.createElement("script");
    script.src = url;
    script.onload = () => resolve(window.Plotly);
    script.onerror = () => reject(new Error("plotly.js did not load from " + url));
    document.head.appendChild(script);
  });
  return window.decLabPlotly;
};

const save = (content, type, name) => {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([content], { type }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
};

const attribute = (trace, path, index) => {
  let value = trace;
  for (const part of path.split(".")) value = value?.[part];
  if (typeof value === "string") return value;
  if (path === "x" && !value) return (trace.x0 ?? 0) + index * (trace.dx ?? 1);
  return value?.[index] ?? "";
};

// A float32 keeps its noise as a double, 0.20800000429153442; written is 0.208, as few digits as
// tell it from all others. The export writes the same; see ``shortest`` in Python.
const shortest = (value) =>
  typeof value !== "number" || Math.fround(value) !== value ? value
    : [1, 2, 3, 4, 5, 6, 7, 8, 9].map((digits) => Number(value.toPrecision(digits)))
        .find((short) => Math.fround(short) === value) ?? value;

const quoted = (value) =>
  /[",\n]/.test(String(value)) ? `"${String(value).replaceAll('"', '""')}"` : String(value);

// Names are escaped for plotly, which reads tags and entities.
const words = (name) => new DOMParser().parseFromString(name, "text/html").documentElement.textContent;

const csv = (element) => {
  const columns = Object.entries(element.layout.meta.columns);
  const rows = [["series", ...columns.map(([, name]) => name)].join(",")];
  element._fullData.forEach((shown, index) => {
    const own = element.decLabData[index], trace = isCloud(own) ? readable(own) : shown;
    const length = (trace.y ?? trace.x ?? []).length, name = words(shown.name);
    for (let i = 0; i < length; i++)
      rows.push([name, ...columns.map(([path]) => shortest(attribute(trace, path, i)))].map(quoted).join(","));
  });
  return rows.join("\n") + "\n";
};

// What a page shows beside the plot, a saved plot must show itself: title, legend, and their room.
const savedLayout = (element) => ({
  ...element.layout, ...element.decLabOnPaper, ...element.decLabOwnPaper,
});

// The update at which the page stands, as a line through every plot over iterations.
const placePlayhead = (element) => {
  const iteration = window.decLabPlayhead;
  const axis = element._fullLayout?.xaxis;
  let line = element.querySelector(".dec-lab-playhead");
  const isShown = element.layout?.meta?.iterations && iteration !== undefined && iteration !== null;
  const x = isShown ? axis._offset + axis.d2p(iteration) : NaN;
  if (!(x >= axis?._offset - 1 && x <= axis._offset + axis._length + 1)) return line?.remove();
  if (!line) {
    line = document.createElement("div");
    line.className = "dec-lab-playhead";
    element.append(line);
  }
  const { t, h } = element._fullLayout._size;
  Object.assign(line.style, { left: `${x}px`, top: `${t}px`, height: `${h}px` });
};

const followPlayhead = (element) => {
  const hear = () => {
    if (!element.isConnected) return window.removeEventListener("dec-lab-playhead", hear);
    placePlayhead(element);
  };
  window.addEventListener("dec-lab-playhead", hear);
  element.on("plotly_afterplot", () => placePlayhead(element));
  placePlayhead(element);
};

// Within the axes, below on the right.
const placeBar = (element) => {
  const { b, r } = element._fullLayout._size;
  element.style.setProperty("--dec-lab-bar-bottom", `${b}px`);
  element.style.setProperty("--dec-lab-bar-right", `${r}px`);
};

// Where nothing can hover, the plot that was touched last shows its bar.
const followTouch = (element) => {
  const hear = ({ target }) => {
    if (!element.isConnected) return document.removeEventListener("pointerdown", hear, true);
    element.classList.toggle("dec-lab-touched", element.contains(target));
  };
  document.addEventListener("pointerdown", hear, true);
};

const followBar = (element) => {
  element.on("plotly_afterplot", () => placeBar(element));
  placeBar(element);
  followTouch(element);
};

const page = async (element, url) => {
  const source = (await (await fetch(url)).text()).replaceAll("</script", "<\\/script");
  const plot = (value) => JSON.stringify(value).replaceAll("<", "\\u003c");
  return `<!doctype html><meta charset="utf-8"><title>DEC Lab</title><script>${source}</script>
<div id="plot" style="height:95vh"></div>
<script>Plotly.newPlot("plot", ${plot(element.decLabData)}, ${plot(savedLayout(element))}, {responsive: true, displaylogo: false, plotlyServerURL: "", modeBarButtonsToRemove: ["sendChartToCloud"]});</script>`;
};

const buttons = (element, Plotly) => {
  const name = () => element.dataset.filename;
  const image = (format) =>
    Plotly.downloadImage({ data: element.decLabData, layout: savedLayout(element) }, {
      format, filename: name(), scale: format === "png" ? 2 : 1,
      width: element.clientWidth, height: element.clientHeight,
    });
  const button = (label, icon, click) => ({ name: label, title: label, icon, click });
  const text = (letters) => ({
    width: 1000, height: 1000,
    svg: `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 36 24"><text x="18" y="18" ` +
      `text-anchor="middle" font-size="15" font-weight="700" font-family="sans-serif" ` +
      `fill="currentColor">${letters}</text></svg>`,
  });
  return [
    button("Save as PNG", text("PNG"), () => image("png")),
    button("Save as SVG", text("SVG"), () => image("svg")),
    button("Save as HTML", text("HTM"), async () =>
      save(await page(element, element.dataset.library), "text/html", name() + ".html")),
    button("Save numbers as CSV", text("CSV"), () => save(csv(element), "text/csv", name() + ".csv")),
  ];
};

// Where ``layout.meta.runs`` is set, a trace's legendgroup is a run; the whole page hears which
// run the pointer is on, and every such plot dims the others.
const lightUp = (element, run) => {
  for (const trace of element.querySelectorAll(".scatterlayer .trace")) {
    const group = trace.__data__?.[0]?.trace?.legendgroup;
    trace.style.opacity = !run || group === run ? "" : "0.12";
  }
};

const followRuns = (element) => {
  const tell = (run) => window.dispatchEvent(new CustomEvent("dec-lab-run", { detail: run }));
  const hear = ({ detail }) => {
    if (!element.isConnected) return window.removeEventListener("dec-lab-run", hear);
    lightUp(element, (element.decLabRun = detail));
  };
  window.addEventListener("dec-lab-run", hear);
  element.on("plotly_hover", ({ points }) => tell(points[0].data.legendgroup));
  element.on("plotly_unhover", () => tell(null));
  element.on("plotly_afterplot", () => lightUp(element, element.decLabRun));
};

// Points lie below plotly's picture, which must not hide them.
const uncover = (element, layout) => {
  element.decLabPaper = layout.plot_bgcolor;
  if (element.decLabClouds.length) layout.paper_bgcolor = layout.plot_bgcolor = "rgba(0,0,0,0)";
};

const themed = (layout, style) => {
  const color = (name) => style.getPropertyValue(name).trim();
  const text = color("--st-text-color"), grid = color("--st-border-color");
  layout.paper_bgcolor = layout.plot_bgcolor = color("--st-background-color");
  layout.font = { ...layout.font, color: text, family: color("--st-font") };
  layout.modebar = { bgcolor: "rgba(0,0,0,0)", color: color("--st-gray-color") || text, activecolor: text };
  layout.hoverlabel = { bgcolor: color("--st-secondary-background-color"), font: { color: text } };
  for (const key of new Set(["xaxis", "yaxis", ...Object.keys(layout).filter((k) => /^[xy]axis\d*$/.test(k))]))
    layout[key] = {
      gridcolor: grid, linecolor: grid, zerolinecolor: grid, zeroline: false, automargin: true,
      title: {}, ...layout[key],
    };
  return layout;
};

// After a plot was drawn the browser rests for four times as long, at most half a second.
const RESTS = 4, LONGEST_REST = 500;
const FRAME_MILLISECONDS = 17;
const isSeen = (element) => element.decLabSeen && element.isConnected && !document.hidden;
const frame = () => new Promise((done) => requestAnimationFrame(() => setTimeout(done)));

// The plots of the page that have news, drawn one at a time, so that the page stays awake. What a
// person has chosen or has not seen yet comes first and waits for no rest; what is out of sight is
// drawn once it is in sight. Points of our own take the least time, so they come before curves.
const waiting = (window.decLabWaiting ??= new Set());
const nextWaiting = () => {
  const seen = [...waiting].filter(isSeen);
  const urgent = seen.filter((element) => element.decLabUrgent);
  return urgent.find((element) => element.decLabIsCheap) ?? urgent[0] ?? seen[0];
};
const rest = (milliseconds) => new Promise((done) => {
  window.decLabWake = done;
  setTimeout(done, Math.min(milliseconds, LONGEST_REST));
});

const drawWaiting = async () => {
  if (nextWaiting()?.decLabUrgent) window.decLabWake?.();
  if (window.decLabDraws) return;
  window.decLabDraws = true;
  try {
    for (let element; (element = nextWaiting());) {
      const begun = performance.now();
      waiting.delete(element);
      element.decLabUrgent = false;
      await element.decLabDraw();
      await frame();
      if (!nextWaiting()?.decLabUrgent)
        await rest((performance.now() - begun - FRAME_MILLISECONDS) * RESTS);
    }
  } finally {
    window.decLabDraws = false;
  }
};

// What was not drawn, or is drawn no longer, must be drawn when it comes again.
const forget = (element) => {
  waiting.delete(element);
  delete element.decLabShown;
};

const drawAgain = (element) => {
  waiting.add(element);
  element.decLabUrgent = true;
  drawWaiting();
};

// The size of the place in which a plot was drawn last.
const sizeOf = ({ clientWidth, clientHeight }) => `${clientWidth} ${clientHeight}`;
const hasOutgrown = (element) => element._fullLayout && element.decLabDrawnIn !== sizeOf(element);
const resize = (element) => {
  element.decLabDrawnIn = sizeOf(element);
  window.Plotly.Plots.resize(element);
};

// Room that was gained may hold the legend, and room that was lost may not. What stands at the right
// edge, or is as large as its place allows, is placed anew.
const fit = (element) => {
  const columns = legendColumns(element.decLabFigure, element.clientHeight);
  const isPlaced = element.decLabColumns && element.decLabFigure.isTitled;
  if (columns === element.decLabColumns && !isPlaced && !element.decLabData.some(isTable))
    return resize(element);
  drawAgain(element);
};

// Whenever a plot comes into sight it draws what it was last given, and whenever its place changes
// it fills it.
const watch = (element) => {
  if (!element.decLabSight) {
    element.decLabSight = new IntersectionObserver((entries) => {
      element.decLabSeen = entries.at(-1).isIntersecting;
      if (element.decLabSeen && hasOutgrown(element)) waiting.add(element);
      element.decLabUrgent ||= waiting.has(element);
      drawWaiting();
    });
    element.decLabSize = new ResizeObserver(() => {
      if (element.decLabSeen && element.isConnected && hasOutgrown(element)) fit(element);
    });
    element.addEventListener("transitionend", ({ target }) => {
      if (target === element && element._fullLayout) drawAgain(element);
    });
  }
  element.decLabSight.observe(element);
  element.decLabSize.observe(element);
};

const draw = async (element, data, latest) => {
  const Plotly = await library(data.library);
  if (element.decLabLatest !== latest || !element.isConnected) return false;
  const style = getComputedStyle(element);
  const figure = JSON.parse(data.figure);
  const [layout, onPaper] = onScreen(themed(figure.layout, style), data.is_titled);
  // plotly picks the colour of a cell's text as if the cell were opaque.
  for (const trace of figure.data)
    if (trace.type === "heatmap") trace.textfont = { color: layout.font.color, ...trace.textfont };
  if (data.is_titled && holdsNumbers(figure)) fixMargins(layout);
  if (data.is_titled) moveNotesBelow(layout);
  layout.uirevision = data.uirevision;
  layout.autosize = true;
  if (typeof data.height === "number") layout.height = data.height;
  element.decLabData = figure.data;
  element.decLabSamples = data.samples;
  element.decLabClouds = figure.data.flatMap((trace, at) => (isCloud(trace) ? [cloudOf(trace, at)] : []));
  element.decLabOwnPaper = { paper_bgcolor: layout.paper_bgcolor, plot_bgcolor: layout.plot_bgcolor };
  uncover(element, layout);
  element.decLabOnPaper = onPaper;
  element.decLabConfig ??= {
    displaylogo: false, responsive: true, showTips: false,
    // Nothing leaves this machine: no button that sends the chart to a server.
    plotlyServerURL: "",
    modeBarButtonsToRemove: ["sendChartToCloud", "toImage", "select2d", "lasso2d", "autoScale2d"],
    modeBarButtonsToAdd: buttons(element, Plotly),
  };
  const traces = figure.data.map((trace) => (isCloud(trace) ? legendOnly(trace) : trace));
  element.decLabDrawnIn = sizeOf(element);
  const whole = { layout, data: traces, isTitled: data.is_titled };
  element.decLabFigure = withTable(whole, element.clientHeight);
  element.decLabColumns = legendColumns(element.decLabFigure, element.clientHeight);
  const fitted = withLegend(element.decLabFigure, element.decLabColumns, element.clientWidth);
  await Plotly.react(element, fitted.data, fitted.layout, element.decLabConfig);
  if (!element.decLabBar) {
    followBar(element);
    followPoints(element);
    drawPoints(element);
  }
  element.decLabBar = true;
  if (!element.decLabFollows && layout.meta?.runs) followRuns(element);
  if (!element.decLabFollows && layout.meta?.iterations) followPlayhead(element);
  element.decLabFollows ||= Boolean(layout.meta?.runs || layout.meta?.iterations);
  element.dataset.draws = Number(element.dataset.draws ?? 0) + 1;
  return true;
};

// One look for all plots of a tick: each look lets the browser style the page anew.
const background = (element) => {
  if (window.decLabBackground === undefined) {
    window.decLabBackground = getComputedStyle(element).getPropertyValue("--st-background-color");
    setTimeout(() => { delete window.decLabBackground; });
  }
  return window.decLabBackground;
};

// A line about the figure, and a line that is the figure.
const read = (bytes) => {
  const text = new TextDecoder().decode(bytes), end = text.indexOf("\n");
  return { ...JSON.parse(text.slice(0, end)), figure: text.slice(end + 1) };
};

export default function (component) {
  const { parentElement } = component;
  const data = read(component.data);
  const element = parentElement.querySelector(".dec-lab-plot");
  const choice = data.choice + background(element);
  const shown = data.uirevision + choice + data.figure;
  const purge = () => {
    element.decLabSight?.disconnect();
    element.decLabSize?.disconnect();
    window.Plotly?.purge(element);
    forget(element);
  };
  // A rerun of the page may end and begin this component in the same element; keep its zoom then.
  const cleanup = () => setTimeout(() => element.isConnected || purge());
  watch(element);
  library(data.library).catch(() => {});
  if (element.decLabShown === shown) return cleanup;
  element.decLabShown = shown;
  element.decLabIsCheap = data.figure.includes('"scattergl"');
  element.style.height = typeof data.height === "number" ? data.height + "px" : data.height;
  element.setAttribute("aria-label", data.alternative);
  element.dataset.filename = data.filename;
  element.dataset.library = data.library;
  const latest = (element.decLabLatest = {});
  element.decLabDraw = () => draw(element, data, latest)
    .then((isDrawn) => { if (!isDrawn && !element.isConnected) forget(element); })
    .catch((error) => {
      forget(element);
      if (!window.Plotly) element.textContent = error.message; else throw error;
    });
  waiting.add(element);
  window.decLabWakes ??= document.addEventListener("visibilitychange", drawWaiting) ?? true;
  element.decLabUrgent ||= element.decLabChoice !== choice;
  element.decLabChoice = choice;
  drawWaiting();
  return cleanup;
}
