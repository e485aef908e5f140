// Points of plotly's type "scattergl" as a picture of our own below plotly's axes. A browser without
// a graphics card needs half a second for each place that WebGL draws in, and some milliseconds for
// this. Files that a person saves have plotly's own points.

const ARRAYS = {
  i1: Int8Array, u1: Uint8Array, i2: Int16Array, u2: Uint16Array, i4: Int32Array, u4: Uint32Array,
  f4: Float32Array, f8: Float64Array,
};

const decoded = (values) => {
  if (!values?.bdata) return values;
  const bytes = Uint8Array.from(atob(values.bdata), (letter) => letter.charCodeAt(0));
  return new ARRAYS[values.dtype](bytes.buffer);
};

const bytesOf = (color) => [1, 3, 5].map((at) => parseInt(color.slice(at, at + 2), 16));

// The colours of a trace: one, or one per whole number of the colour scale.
const colorsOf = ({ color, colorscale, cmin, cmax }) => {
  if (typeof color === "string") return [bytesOf(color)];
  return Array.from({ length: Math.round(cmax - cmin) }, (_, number) => {
    const place = (number - cmin) / (cmax - cmin);
    return bytesOf(colorscale.findLast(([stop]) => stop <= place)[1]);
  });
};

// What of a trace is drawn here. Its samples are counted by ``x``, or named in ``customdata``
// before their clusters.
const cloudOf = (trace, index) => {
  const color = trace.marker.color, numbers = typeof color === "string" ? null : decoded(color);
  const known = decoded(trace.customdata), x = decoded(trace.x);
  return {
    index, x, y: decoded(trace.y), numbers, colors: colorsOf(trace.marker),
    size: trace.marker.size, opacity: trace.marker.opacity ?? 1,
    axes: [trace.xaxis ?? "x", trace.yaxis ?? "y"].map((name) => name.replace(/^[xy]/, "$&axis")),
    update: trace.meta?.update,
    sample: (at) => (known ? known[2 * at] : at),
    cluster: (at) => (known ? known[2 * at + 1] : numbers[at]),
    find: (sample) => (known ? known.findIndex((one, at) => at % 2 === 0 && one === sample) / 2 : sample),
  };
};

// The same trace with its numbers as they are read one by one.
const readable = (trace) => ({
  ...trace, x: decoded(trace.x), y: decoded(trace.y),
  marker: { ...trace.marker, color: decoded(trace.marker.color) },
});

// In plotly's own hands such a trace keeps its name and colour in the legend.
const legendOnly = (trace) => ({
  type: "scatter", mode: "markers", x: [null], y: [null], name: trace.name, hoverinfo: "skip",
  showlegend: trace.showlegend,
  xaxis: trace.xaxis, yaxis: trace.yaxis,
  marker: { ...trace.marker, color: typeof trace.marker.color === "string" ? trace.marker.color : "#000" },
});

const isCloud = (trace) => trace.type === "scattergl";

// Where the points of a cloud are, in pixels of the plot.
const placesOf = (element, { axes }) => {
  const [across, up] = axes.map((name) => element._fullLayout[name]);
  const [left, right] = across.range, [bottom, top] = up.range;
  const scale = across._length / (right - left), rise = up._length / (top - bottom);
  return {
    x: (value) => across._offset + (value - left) * scale,
    y: (value) => up._offset + (top - value) * rise,
    box: [across._offset, up._offset, across._offset + across._length, up._offset + up._length],
  };
};

// Pixels around a point and how much of each it covers.
const dotOf = (diameter, opacity) => {
  const radius = diameter / 2, reach = Math.ceil(radius), dot = [];
  for (let dy = -reach; dy <= reach; dy++)
    for (let dx = -reach; dx <= reach; dx++) {
      const cover = Math.min(1, radius + 0.5 - Math.hypot(dx, dy));
      if (cover > 0) dot.push([dx, dy, cover * opacity]);
    }
  return dot;
};

const paintCloud = (element, cloud, image, ratio) => {
  const { x, y, box } = placesOf(element, cloud), { data, width, height } = image;
  const [left, top, right, bottom] = box.map((side) => Math.round(side * ratio));
  const dot = dotOf(cloud.size * ratio, cloud.opacity);
  for (let at = 0; at < cloud.y.length; at++) {
    const column = Math.round(x(cloud.x ? cloud.x[at] : at) * ratio);
    const row = Math.round(y(cloud.y[at]) * ratio);
    if (!(column >= left && column <= right && row >= top && row <= bottom)) continue;
    const [red, green, blue] = cloud.colors[cloud.numbers ? cloud.numbers[at] : 0];
    for (const [dx, dy, cover] of dot) {
      const across = column + dx, down = row + dy;
      if (across < 0 || down < 0 || across >= width || down >= height) continue;
      const pixel = 4 * (down * width + across);
      data[pixel] += (red - data[pixel]) * cover;
      data[pixel + 1] += (green - data[pixel + 1]) * cover;
      data[pixel + 2] += (blue - data[pixel + 2]) * cover;
    }
  }
};

const pixelRatio = () => Math.min(Math.max(window.devicePixelRatio, 1), 2);

const cloudsShown = (element) => (element.decLabClouds ?? []).filter(
  ({ index }) => element._fullData?.[index]?.visible === true);

const paintClouds = (element) => {
  const parent = element.querySelector(".svg-container");
  let canvas = parent.querySelector(".dec-lab-points");
  if (!element.decLabClouds?.length) return canvas?.remove();
  if (!canvas) {
    canvas = document.createElement("canvas");
    canvas.className = "dec-lab-points";
    parent.prepend(canvas);
  }
  const ratio = pixelRatio(), { width, height } = element._fullLayout;
  canvas.width = Math.round(width * ratio);
  canvas.height = Math.round(height * ratio);
  Object.assign(canvas.style, { width: `${width}px`, height: `${height}px` });
  const context = canvas.getContext("2d");
  context.fillStyle = element.decLabPaper;
  context.fillRect(0, 0, canvas.width, canvas.height);
  const image = context.getImageData(0, 0, canvas.width, canvas.height);
  for (const cloud of cloudsShown(element)) paintCloud(element, cloud, image, ratio);
  context.putImageData(image, 0, 0);
};

// The point within reach of a place in the plot that is nearest to it.
const REACH = 9;
const nearestPoint = (element, left, top) => {
  let found = null, least = REACH * REACH;
  for (const cloud of cloudsShown(element)) {
    const { x, y, box } = placesOf(element, cloud);
    if (left < box[0] || top < box[1] || left > box[2] || top > box[3]) continue;
    for (let at = 0; at < cloud.y.length; at++) {
      const across = x(cloud.x ? cloud.x[at] : at) - left, down = y(cloud.y[at]) - top;
      const distance = across * across + down * down;
      if (distance <= least) [least, found] = [distance, { cloud, at }];
    }
  }
  return found;
};

// A ring around a sample, wherever this plot shows it.
const ringSample = (element) => {
  for (const ring of element.querySelectorAll(".dec-lab-ring")) ring.remove();
  const sample = window.decLabSample;
  if (!(sample >= 0)) return;
  for (const cloud of cloudsShown(element)) {
    const at = cloud.find(sample);
    if (!(at >= 0 && at < cloud.y.length)) continue;
    const { x, y, box } = placesOf(element, cloud);
    const left = x(cloud.x ? cloud.x[at] : at), top = y(cloud.y[at]);
    if (left < box[0] || top < box[1] || left > box[2] || top > box[3]) continue;
    const ring = document.createElement("div");
    ring.className = "dec-lab-ring";
    Object.assign(ring.style, { left: `${left}px`, top: `${top}px` });
    element.append(ring);
  }
};
