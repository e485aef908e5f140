// Where the parts of a figure stand on the screen: its legend, its margins, its notes.

// A legend of ten entries needs this many pixels; without them a plot does without.
const LEGEND_HEIGHT = 200;
// Beside a plot below its own title an upright legend has a row for each entry. Where these are too
// many for the height it goes on in further columns, at most three, or is left out.
const ROW = 19, SWATCH = 44, LETTER = 6, MOST_COLUMNS = 3;
const hasEntry = ({ showlegend }) => showlegend !== false;
const legendColumns = ({ layout: { legend, margin, meta, showlegend }, data, isTitled }, height) => {
  if (meta?.legend_elsewhere || showlegend === false) return 0;
  if (legend?.orientation === "h") return 1;
  if (!isTitled) return height < LEGEND_HEIGHT ? 0 : 1;
  const rows = Math.max(1, Math.floor((height - margin.t - margin.b) / ROW));
  const columns = Math.ceil(data.filter(hasEntry).length / rows) || 1;
  return columns > MOST_COLUMNS ? 0 : columns;
};

// The figure with its legend in so many columns at the right edge. In a margin that holds it plotly
// need not draw the axes several times until it fits.
const withLegend = ({ layout, data, isTitled }, columns, width) => {
  if (!columns) return { layout: { ...layout, showlegend: false }, data };
  if (!isTitled || layout.showlegend === false || layout.legend.orientation === "h")
    return { layout, data };
  const entries = data.filter(hasEntry), rows = Math.ceil(entries.length / columns);
  const column = SWATCH + LETTER * Math.max(0, ...entries.map(({ name }) => words(name).length));
  const isReversed = layout.legend.traceorder === "reversed";
  const columnOf = (trace) => {
    const at = entries.indexOf(trace);
    return Math.floor((isReversed ? entries.length - 1 - at : at) / rows);
  };
  const name = (at) => (at ? `legend${at + 1}` : "legend");
  const places = Array.from({ length: columns }, (_, at) => [name(at), {
    ...layout.legend, xref: "container", xanchor: "left", x: 1 - (columns - at) * column / width,
    // A height of its own, or plotly would let it scroll.
    maxheight: 1000,
  }]);
  const margin = { ...layout.margin, r: layout.margin.r + columns * column };
  return {
    layout: { ...layout, ...Object.fromEntries(places), margin },
    data: data.map((trace) => (hasEntry(trace) ? { ...trace, legend: name(columnOf(trace)) } : trace)),
  };
};

// Where ticks are numbers, margins that hold them spare plotly to draw the axes several times until
// they fit. Names of classes and features need as much room as they need, and an axis without any
// needs none.
const holdsNumbers = ({ data }) => !data.some(({ type }) => type === "heatmap" || type === "bar");
const BARE = 12, LAST_TICK = 20;
const side = ({ visible, showticklabels }, now, least) =>
  visible === false || showticklabels === false ? Math.min(now, BARE) : Math.max(now, least);
const fixMargins = (layout) => {
  const { margin, xaxis, yaxis } = layout;
  layout.margin = {
    ...margin, l: side(yaxis, margin.l, 56), b: side(xaxis, margin.b, 46), r: Math.max(margin.r, LAST_TICK),
  };
  for (const key of Object.keys(layout).filter((name) => /^[xy]axis\d*$/.test(name)))
    layout[key] = { ...layout[key], automargin: false };
};

// A table names all its rows where they are high enough for small letters, and has numbers in its
// cells where these can be read.
const LEAST_ROW = 9.5, NUMBER_ROW = 11, LARGEST = 12;
const isTable = ({ type }) => type === "heatmap";
const withTable = (figure, height) => {
  const { layout, data } = figure, names = layout.yaxis?.categoryarray;
  if (!names || !data.some(isTable)) return figure;
  const row = (height - layout.margin.t - Math.max(layout.margin.b, 46)) / names.length;
  const yaxis = row < LEAST_ROW ? layout.yaxis
    : { ...layout.yaxis, dtick: 1, tickfont: { size: Math.min(LARGEST, Math.round(row)) } };
  const fitted = (trace) => (isTable(trace) && row < NUMBER_ROW ? { ...trace, texttemplate: "" } : trace);
  return { ...figure, layout: { ...layout, yaxis }, data: data.map(fitted) };
};

// Notes at the lower edge of a plot lie below it, where they hide no point.
const NOTE_ROW = 16;
const isNote = ({ yref, y, yanchor }) => yref === "paper" && y === 0 && yanchor === "bottom";
const moveNotesBelow = (layout) => {
  const notes = (layout.annotations ?? []).filter(isNote);
  if (!notes.length) return;
  const lines = Math.max(...notes.map(({ text }) => text.split("<br>").length));
  layout.margin = { ...layout.margin, b: layout.margin.b + NOTE_ROW * lines };
  layout.annotations = layout.annotations.map((one) => (isNote(one) ? { ...one, yanchor: "top" } : one));
};

// The layout on the screen, and what of it a saved plot has otherwise.
const onScreen = (layout, isTitled) => {
  const { title, margin, annotations, legend } = layout;
  const onPaper = { legend, showlegend: layout.meta?.runs ? true : layout.showlegend };
  if (!isTitled) return [layout, onPaper];
  Object.assign(onPaper, { title, margin, annotations });
  const aid = title.text.split("<br>").slice(1).join("<br>");
  return [{
    ...layout,
    title: { ...title, text: aid, font: { size: 12 }, pad: { t: 4 } },
    margin: { ...margin, t: margin.t - TITLE_HEIGHT },
  }, onPaper];
};
const TITLE_HEIGHT = 30;
