// A card beside the pointer about the sample that it is on, and a ring around that sample in every
// plot. What the plot does not know itself, the server is asked once the pointer rests.

const POINTER_RESTS = 120, MOST_ANSWERS = 500;
const answers = (window.decLabAnswers ??= new Map());

const ask = async (url) => {
  if (!answers.has(url)) {
    const answer = await (await fetch(url)).json();
    answers.set(url, answer);
    if (answers.size > MOST_ANSWERS) answers.delete(answers.keys().next().value);
  }
  return answers.get(url);
};

const card = () => {
  if (!window.decLabCard?.isConnected) {
    window.decLabCard = document.createElement("div");
    window.decLabCard.className = "dec-lab-card";
    window.decLabCard.innerHTML = "<img alt=''><div></div>";
    document.body.append(window.decLabCard);
  }
  return window.decLabCard;
};

const writeCard = (lines, picture) => {
  const [image, words] = card().children;
  image.hidden = !picture;
  if (picture) image.src = picture;
  words.replaceChildren(...lines.map((line) => {
    const element = document.createElement("div");
    element.textContent = line;
    return element;
  }));
};

const placeCard = ({ clientX, clientY }) => {
  const { width, height } = card().getBoundingClientRect();
  const left = clientX + 16 + width > window.innerWidth ? clientX - 16 - width : clientX + 16;
  const top = Math.min(clientY + 12, window.innerHeight - height - 8);
  Object.assign(card().style, { left: `${Math.max(8, left)}px`, top: `${Math.max(8, top)}px` });
};

const lookAtSample = (sample) => {
  if (window.decLabSample === sample) return;
  window.decLabSample = sample;
  window.dispatchEvent(new Event("dec-lab-sample"));
};

const leaveSample = () => {
  clearTimeout(window.decLabAsking);
  window.decLabCardShows = null;
  if (window.decLabCard) window.decLabCard.style.display = "none";
  lookAtSample(-1);
};

const showSample = (element, { cloud, at }, event) => {
  const sample = cloud.sample(at), url = `${element.decLabSamples}${sample}?update=${cloud.update}`;
  if (window.decLabCardShows === url) return placeCard(event);
  window.decLabCardShows = url;
  lookAtSample(sample);
  const name = `Sample ${sample.toLocaleString("en")}`;
  const style = getComputedStyle(element);
  Object.assign(card().style, {
    display: "flex",
    color: style.getPropertyValue("--st-text-color"),
    background: style.getPropertyValue("--st-secondary-background-color"),
    fontFamily: style.getPropertyValue("--st-font"),
  });
  const known = answers.get(url);
  writeCard([name, ...(known?.lines ?? [`cluster ${cloud.cluster(at)}`])], known?.picture);
  placeCard(event);
  clearTimeout(window.decLabAsking);
  if (known) return;
  window.decLabAsking = setTimeout(async () => {
    const { lines, picture, error } = await ask(url).catch(() => ({ error: "" }));
    if (window.decLabCardShows !== url) return;
    if (lines) writeCard([name, ...lines], picture);
    else if (error) writeCard([name, `cluster ${cloud.cluster(at)}`, error], "");
    placeCard(event);
  }, POINTER_RESTS);
};

const point = (element, event) => {
  const isElsewhere = event.buttons || event.target.closest(".modebar") || !element._fullLayout;
  const { left, top } = element.getBoundingClientRect();
  const found = isElsewhere ? null : nearestPoint(element, event.clientX - left, event.clientY - top);
  if (found) showSample(element, found, event); else leaveSample();
};

// The pointer may move more often than the browser draws.
const followPointer = (element) => {
  const move = (event) => {
    const isAwaited = element.decLabPointer;
    element.decLabPointer = element.decLabPointed = event;
    if (isAwaited) return;
    requestAnimationFrame(() => {
      const newest = element.decLabPointer;
      element.decLabPointer = null;
      if (newest && element.decLabClouds?.length) point(element, newest);
    });
  };
  const leave = () => {
    element.decLabPointer = element.decLabPointed = null;
    if (element.decLabClouds?.length) leaveSample();
  };
  element.addEventListener("pointermove", move);
  element.addEventListener("pointerdown", move);
  element.addEventListener("pointerleave", leave);
};

const followSample = (element) => {
  const hear = () => {
    if (!element.isConnected) return window.removeEventListener("dec-lab-sample", hear);
    ringSample(element);
  };
  window.addEventListener("dec-lab-sample", hear);
};

// After every drawing: the points, the ring, and what is now under the pointer.
const drawPoints = (element) => {
  paintClouds(element);
  ringSample(element);
  if (element.decLabPointed) point(element, element.decLabPointed);
};

const followPoints = (element) => {
  element.on("plotly_afterplot", () => drawPoints(element));
  element.on("plotly_relayouting", () => paintClouds(element));
  followPointer(element);
  followSample(element);
};
