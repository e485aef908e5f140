const bytes = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
const places = new Uint16Array(bytes(film.points).buffer), labels = bytes(film.labels);
const [play, slider, where, notes] = ["play", "slider", "where", "notes"].map((id) => document.getElementById(id));

const between = ([low, high], share) => low + ((high - low) * share) / 65535;

const frame = (number) => {
  const x = new Float32Array(film.count), y = new Float32Array(film.count);
  const begin = number * film.count, scale = film.scales[number];
  for (let i = 0; i < film.count; i++) {
    x[i] = between(scale.x, places[2 * (begin + i)]);
    y[i] = between(scale.y, places[2 * (begin + i) + 1]);
  }
  return { x, y, color: labels.slice(begin, begin + film.count) };
};

// Every picture shows at least what the k-means start fills, dashed where the embedding is far wider.
const axis = { showticklabels: false, showgrid: false, zeroline: false };
const mapLayout = ({ x, y, start }) => ({
  template: "none", margin: { l: 12, r: 12, t: 12, b: 12 }, showlegend: false,
  xaxis: { ...axis, range: x }, yaxis: { ...axis, range: y, scaleanchor: "x" }, uirevision: "film",
  shapes: start ? [{
    type: "rect", x0: start[0][0], x1: start[0][1], y0: start[1][0], y1: start[1][1],
    line: { width: 1, dash: "dash", color: "#8b9496" },
  }] : [],
});
const sizes = film.sizes;
const shapes = sizes.layout.shapes ?? [];

const show = (number) => {
  const { x, y, color } = frame(number), at = film.iterations[number];
  const marker = {
    color, size: 5, opacity: 0.8,
    colorscale: film.colors, cmin: -0.5, cmax: film.clusters - 0.5,
  };
  const trace = {
    type: "scattergl", mode: "markers", x, y, marker,
    hovertemplate: "cluster %{marker.color}<extra></extra>",
  };
  Plotly.react("map", [trace], mapLayout(film.scales[number]), film.config);
  const now = { type: "line", x0: at, x1: at, y0: 0, y1: 1, yref: "paper", line: { color: "#1f2426", width: 2 } };
  Plotly.relayout("sizes", { shapes: [...shapes, now] });
  slider.value = number;
  slider.setAttribute("aria-valuetext", "iteration " + at);
  notes.textContent = film.scales[number].notes.map((words) => words + ".").join(" ");
  where.textContent = "Iteration " + at.toLocaleString("en");
};

let timer = null;
const pause = () => { clearInterval(timer); timer = null; play.textContent = "Play"; };
const last = film.iterations.length - 1;
const run = () => {
  if (Number(slider.value) === last) show(0);
  play.textContent = "Pause";
  timer = setInterval(() => {
    if (Number(slider.value) === last) return pause();
    show(Number(slider.value) + 1);
  }, Math.max(80, Math.min(500, 8000 / film.iterations.length)));
};
play.onclick = () => (timer ? pause() : run());
slider.oninput = () => { pause(); show(Number(slider.value)); };
Plotly.newPlot("sizes", sizes.data, sizes.layout, film.config).then(() => show(0));
