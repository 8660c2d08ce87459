// Small helpers. Names and notes are untrusted everywhere: they reach the page only by textContent and fillText.

const NONE = 65535; // no minutes, no site
const ABSENT = 255; // the cell is not part of the plan

function make(tag, className, text) {
  const node = document.createElement(tag);
  if (className) node.className = className;
  if (text !== undefined) node.textContent = text;
  return node;
}

function button(className, text, act) {
  const node = make("button", className, text);
  node.type = "button";
  node.addEventListener("click", act);
  return node;
}

function filled(words, ...values) {
  return values.reduce((so_far, value, i) => so_far.split(`{${i}}`).join(String(value)), words);
}

function worldX(lon) {
  return (lon + 180) / 360;
}

function worldY(lat) {
  return 0.5 - Math.log(Math.tan(Math.PI / 4 + (lat * Math.PI) / 360)) / (2 * Math.PI);
}

function project(lons, lats) {
  return { x: Float64Array.from(lons, worldX), y: Float64Array.from(lats, worldY) };
}

function sizedCanvas(canvas, width, height) {
  const ratio = window.devicePixelRatio || 1;
  canvas.width = Math.round(width * ratio);
  canvas.height = Math.round(height * ratio);
  canvas.style.width = width + "px";
  canvas.style.height = height + "px";
  const ctx = canvas.getContext("2d");
  ctx.scale(ratio, ratio);
  return ctx;
}

// Colours and the face of letters come from the page's style; these are used where the page names none.
const TONES = {
  ink: ["--jj-ink", "#2b3137"],
  quiet: ["--jj-quiet", "#5c6369"],
  accent: ["--jj-accent", "#a3127a"],
  land: ["--jj-land", "#ffffff"],
  border: ["--jj-border", "#b4aea3"],
  prefecture: ["--jj-prefecture", "#958f83"],
  road: ["--jj-road", "#c9c4bb"],
  other: ["--jj-other", "#4a6fb0"],
  home: ["--jj-home", "#6a3fa0"],
  font: ["--jj-font", '"Noto Sans CJK SC", "Source Han Sans SC", "Microsoft YaHei UI", "PingFang SC", sans-serif'],
};

const tones = Object.fromEntries(Object.entries(TONES).map(([name, [, usual]]) => [name, usual]));

function readTones(node) {
  const style = getComputedStyle(node);
  for (const [name, [property, usual]] of Object.entries(TONES)) {
    tones[name] = style.getPropertyValue(property).trim() || usual;
  }
}

// What a tab remembers of a map; a browser may forbid it.
function remembered(key) {
  try {
    return JSON.parse(sessionStorage.getItem("jiujin-map " + key)) || null;
  } catch {
    return null;
  }
}

function remember(key, value) {
  try {
    sessionStorage.setItem("jiujin-map " + key, JSON.stringify(value));
  } catch {
    // the view is then not kept over a reload
  }
}
