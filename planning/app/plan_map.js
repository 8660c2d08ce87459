// One or two synchronised canvas maps of a plan. `L` (Leaflet) is put in front of this file.
// Names and notes are untrusted: they reach the page only by textContent and fillText.

const FONT = '"Noto Sans CJK SC", "Noto Sans SC", "Microsoft YaHei", "PingFang SC", sans-serif';
const INK = "#2b3137";
const ROLES = ["existing", "proposed", "locked", "forbidden", "candidate"];
const FROM_BELOW = ["candidate", "forbidden", "existing", "locked", "proposed"];
const EMPTY = { cells: null, sites: [] };

// ---------------------------------------------------------------- small helpers

function make(tag, className, text) {
  const node = document.createElement(tag);
  if (className) node.className = className;
  if (text !== undefined) node.textContent = text;
  return node;
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

// ---------------------------------------------------------------- signs of the sites

function polygon(ctx, x, y, points) {
  ctx.beginPath();
  points.forEach(([dx, dy], i) => (i ? ctx.lineTo(x + dx, y + dy) : ctx.moveTo(x + dx, y + dy)));
  ctx.closePath();
}

function star(r) {
  return Array.from({ length: 10 }, (_, i) => {
    const angle = (Math.PI * i) / 5 - Math.PI / 2;
    const radius = i % 2 ? r * 0.46 : r;
    return [radius * Math.cos(angle), radius * Math.sin(angle)];
  });
}

function filled(ctx, color) {
  ctx.lineJoin = "round";
  ctx.strokeStyle = "#fff";
  ctx.lineWidth = 3;
  ctx.stroke();
  ctx.fillStyle = color;
  ctx.fill();
}

function ring(ctx, x, y, r, color, width) {
  ctx.beginPath();
  ctx.arc(x, y, r, 0, 2 * Math.PI);
  ctx.strokeStyle = color;
  ctx.lineWidth = width;
  ctx.stroke();
}

function cross(ctx, x, y, r) {
  ctx.lineCap = "round";
  for (const [color, width] of [["#fff", 5], ["#4a4a4a", 2.4]]) {
    ctx.beginPath();
    ctx.moveTo(x - r, y - r);
    ctx.lineTo(x + r, y + r);
    ctx.moveTo(x + r, y - r);
    ctx.lineTo(x - r, y + r);
    ctx.strokeStyle = color;
    ctx.lineWidth = width;
    ctx.stroke();
  }
}

const SIGNS = {
  existing(ctx, x, y, r) {
    const h = r * 0.72;
    polygon(ctx, x, y, [[-h, -h], [h, -h], [h, h], [-h, h]]);
    filled(ctx, INK);
  },
  proposed(ctx, x, y, r) {
    polygon(ctx, x, y, star(r * 1.55));
    filled(ctx, "#a3127a");
  },
  locked(ctx, x, y, r) {
    ring(ctx, x, y, r * 1.6, "#fff", 4.5);
    ring(ctx, x, y, r * 1.6, "#a3127a", 1.8);
    polygon(ctx, x, y, [[0, -r], [r, 0], [0, r], [-r, 0]]);
    filled(ctx, "#a3127a");
  },
  forbidden(ctx, x, y, r) {
    cross(ctx, x, y, r * 0.72);
  },
  candidate(ctx, x, y, r) {
    const h = r * 0.5;
    polygon(ctx, x, y, [[-h, -h], [h, -h], [h, h], [-h, h]]);
    filled(ctx, "#fff");
    ctx.strokeStyle = "#4d545a";
    ctx.lineWidth = 1.3;
    ctx.stroke();
  },
};

// ---------------------------------------------------------------- the layer of dots and signs

// Leaflet places a fresh canvas between two pixels, which blurs it; these keep to whole ones.
function sharpTransform(parent) {
  return function updateTransform(center, zoom) {
    if (zoom === this._zoom) L.DomUtil.setPosition(this._container, this._bounds.min);
    else parent.prototype._updateTransform.call(this, center, zoom);
  };
}

const Paper = L.Canvas.extend({ _updateTransform: sharpTransform(L.Canvas) });

const Dots = L.Renderer.extend({
  _updateTransform: sharpTransform(L.Renderer),

  options: { padding: 0.25, pane: "plan" },

  initialize(shared) {
    L.Renderer.prototype.initialize.call(this, {});
    this._shared = shared;
    this._pane = EMPTY;
  },

  show(pane) {
    this._pane = pane;
    this.redraw();
  },

  redraw() {
    if (this._map && this._bounds) this._draw();
  },

  _initContainer() {
    this._container = make("canvas", "pm-dots");
  },

  _destroyContainer() {
    this._container.remove();
    delete this._container;
  },

  _updatePaths() {},

  _update() {
    L.Renderer.prototype._update.call(this);
    const size = this._bounds.getSize();
    L.DomUtil.setPosition(this._container, this._bounds.min);
    this._ctx = sizedCanvas(this._container, size.x, size.y);
    this._draw();
  },

  // World units (0..1) to layer pixels: x * scale - origin.
  _frame() {
    return { scale: 256 * 2 ** this._map.getZoom(), origin: this._map.getPixelOrigin() };
  },

  _draw() {
    const size = this._bounds.getSize();
    const min = this._bounds.min;
    this._ctx.clearRect(0, 0, size.x, size.y);
    this._ctx.save();
    this._ctx.translate(-min.x, -min.y);
    if (this._pane.cells) this._drawCells();
    this._drawSites();
    this._drawCountyNames();
    this._ctx.restore();
  },

  cellRadius(persons) {
    const growth = 2 ** (0.6 * (this._map.getZoom() - this._shared.fitZoom));
    const unit = growth * Math.min(1.2, Math.max(0.55, this._map.getSize().x / 600));
    return Math.min(16, 8 * unit, Math.max(1, 1.9 * unit * Math.sqrt(persons / this._shared.typical)));
  },

  siteRadius(site) {
    const beyond = this._map.getZoom() - this._shared.fitZoom;
    const size = Math.min(9, (site.role === "existing" ? 4 : 5) + 1.2 * Math.max(0, beyond));
    return site.small ? 0.55 * size : size;
  },

  showsRole(role) {
    if (role !== "candidate") return true;
    return this._shared.allCandidates || this._map.getZoom() >= this._shared.fitZoom + 1.5;
  },

  _drawCells() {
    this._shared.legend.forEach((item, band) => this._drawBand(item, band));
  },

  _drawBand(item, band) {
    const { cells } = this._pane;
    const { scale, origin } = this._frame();
    const { min, max } = this._bounds;
    const ctx = this._ctx;
    ctx.beginPath();
    for (const i of cells.byBand[band]) {
      const x = cells.x[i] * scale - origin.x;
      const y = cells.y[i] * scale - origin.y;
      if (x < min.x || x > max.x || y < min.y || y > max.y) continue;
      const r = this.cellRadius(cells.persons[i]);
      ctx.moveTo(x + r, y);
      ctx.arc(x, y, r, 0, 2 * Math.PI);
    }
    paintBand(ctx, item);
  },

  _drawSites() {
    const { scale, origin } = this._frame();
    for (const role of FROM_BELOW) {
      if (!this.showsRole(role)) continue;
      for (const site of this._pane.sites) {
        if (site.role !== role) continue;
        const x = site.x * scale - origin.x;
        const y = site.y * scale - origin.y;
        const r = this.siteRadius(site);
        if (site.id === this._shared.selected) this._drawSelected(x, y, r);
        SIGNS[role](this._ctx, x, y, r);
      }
    }
  },

  _drawSelected(x, y, r) {
    ring(this._ctx, x, y, r * 2.3, "#fff", 5);
    ring(this._ctx, x, y, r * 2.3, INK, 2);
  },

  _drawCountyNames() {
    if (this._map.getZoom() < this._shared.fitZoom + 0.5) return;
    const { scale, origin } = this._frame();
    const ctx = this._ctx;
    ctx.font = "500 13px " + FONT;
    ctx.textAlign = "center";
    ctx.textBaseline = "middle";
    ctx.lineJoin = "round";
    for (const county of this._shared.counties) {
      if (ctx.measureText(county.name).width * 1.25 > county.width * scale) continue;
      const x = county.x * scale - origin.x;
      const y = county.y * scale - origin.y;
      ctx.strokeStyle = "rgba(255,255,255,.92)";
      ctx.lineWidth = 4;
      ctx.strokeText(county.name, x, y);
      ctx.fillStyle = "#3d4348";
      ctx.fillText(county.name, x, y);
    }
  },

  // The site, else the cell, under a point given in layer pixels.
  siteAt(point) {
    return this._nearest(this._pane.sites.filter((s) => this.showsRole(s.role)), point, (s) => 4 + this.siteRadius(s));
  },

  _nearest(things, point, reach) {
    const { scale, origin } = this._frame();
    let best = null;
    let least = Infinity;
    for (const thing of things) {
      const distance = Math.hypot(thing.x * scale - origin.x - point.x, thing.y * scale - origin.y - point.y);
      if (distance <= reach(thing) && distance < least) [best, least] = [thing, distance];
    }
    return best;
  },

  cellAt(point) {
    const { cells } = this._pane;
    if (!cells) return -1;
    const { scale, origin } = this._frame();
    let best = -1;
    let least = Infinity;
    for (let i = 0; i < cells.x.length; i += 1) {
      const dx = cells.x[i] * scale - origin.x - point.x;
      if (dx > 16 || dx < -16) continue;
      const dy = cells.y[i] * scale - origin.y - point.y;
      const distance = dx * dx + dy * dy;
      const r = this.cellRadius(cells.persons[i]) + 1.5;
      if (distance <= r * r && distance < least) [best, least] = [i, distance];
    }
    return best;
  },
});

function paintBand(ctx, item) {
  if (item.hollow) {
    ctx.fillStyle = "rgba(255,255,255,.75)";
    ctx.fill();
    ctx.strokeStyle = item.color;
    ctx.lineWidth = 1.3;
    ctx.stroke();
    return;
  }
  ctx.strokeStyle = "rgba(255,255,255,.85)";
  ctx.lineWidth = 0.9;
  ctx.stroke();
  ctx.fillStyle = item.color;
  ctx.fill();
}

// ---------------------------------------------------------------- what arrives, made ready to draw

function prepareCells(cells, bands) {
  if (!cells || !cells.lon.length) return null;
  const byBand = Array.from({ length: bands }, () => []);
  cells.band.forEach((band, i) => byBand[band].push(i));
  return { ...project(cells.lon, cells.lat), persons: cells.persons, band: cells.band, text: cells.text, byBand };
}

function prepareSites(sites) {
  return sites.map((site) => ({ ...site, x: worldX(site.lon), y: worldY(site.lat) }));
}

function typicalPersons(panes) {
  const all = panes.flatMap((pane) => (pane.cells ? pane.cells.persons : [])).sort((a, b) => a - b);
  return Math.max(all[Math.floor(all.length * 0.95)] || 1, 1e-9);
}

function outerRings(geometry) {
  if (!geometry) return [];
  if (geometry.type === "Polygon") return [geometry.coordinates];
  return geometry.type === "MultiPolygon" ? geometry.coordinates : [];
}

// Signed area and centre of a ring of world coordinates.
function centre(x, y) {
  let [area, cx, cy] = [0, 0, 0];
  for (let i = 0, j = x.length - 1; i < x.length; j = i, i += 1) {
    const part = x[j] * y[i] - x[i] * y[j];
    area += part;
    cx += (x[i] + x[j]) * part;
    cy += (y[i] + y[j]) * part;
  }
  return { area: Math.abs(area / 2), x: cx / (3 * area), y: cy / (3 * area) };
}

function prepareCounty(feature) {
  const polygons = outerRings(feature.geometry).map((rings) =>
    rings.map((points) => project(points.map((p) => p[0]), points.map((p) => p[1])))
  );
  let best = { area: 0, x: 0, y: 0 };
  let width = 0;
  for (const [outer] of polygons) {
    const found = centre(outer.x, outer.y);
    if (found.area <= best.area) continue;
    best = found;
    width = Math.max(...outer.x) - Math.min(...outer.x);
  }
  return { name: String((feature.properties || {}).name || ""), x: best.x, y: best.y, width, polygons };
}

function crossings(ringPoints, x, y) {
  let inside = false;
  const { x: xs, y: ys } = ringPoints;
  for (let i = 0, j = xs.length - 1; i < xs.length; j = i, i += 1) {
    if (ys[i] > y !== ys[j] > y && x < ((xs[j] - xs[i]) * (y - ys[i])) / (ys[j] - ys[i]) + xs[i]) inside = !inside;
  }
  return inside;
}

function countyAt(counties, x, y) {
  const holds = (rings) => rings.reduce((inside, points) => inside !== crossings(points, x, y), false);
  return counties.find((county) => county.polygons.some(holds)) || null;
}

// ---------------------------------------------------------------- one pane

class Pane {
  constructor(view) {
    this.view = view;
    this.node = make("section", "pm-pane");
    this.title = make("div", "pm-title");
    this.note = make("div", "pm-note");
    const head = make("div", "pm-head");
    head.append(this.title, this.note);
    this.box = make("div", "pm-map");
    this.tip = make("div", "pm-tip");
    this.tip.setAttribute("role", "status");
    this.stamp = make("div", "pm-stamp");
    this.source = make("div", "pm-source");
    this.node.append(head, this.box);
  }

  start() {
    this.map = L.map(this.box, {
      attributionControl: false,
      zoomControl: false,
      zoomAnimation: false,
      fadeAnimation: false,
      zoomSnap: 0.25,
      zoomDelta: 0.5,
      wheelPxPerZoomLevel: 160,
      maxZoom: 15,
      boxZoom: true,
    });
    this.map.createPane("base").style.zIndex = 350;
    this.map.createPane("plan").style.zIndex = 450;
    this.map.getPane("plan").style.pointerEvents = "none";
    this.base = L.layerGroup().addTo(this.map);
    this.dots = new Dots(this.view.shared);
    this.addControls();
    this.box.append(this.stamp, this.source, this.tip);
    this.listen();
  }

  addControls() {
    const { labels } = this.view;
    L.control.zoom({ zoomInTitle: labels.zoom_in, zoomOutTitle: labels.zoom_out }).addTo(this.map);
    const fit = L.control({ position: "topleft" });
    fit.onAdd = () => {
      const bar = make("div", "leaflet-bar");
      const button = make("button", "pm-fit", labels.fit);
      button.type = "button";
      button.title = labels.fit_title;
      L.DomEvent.disableClickPropagation(bar);
      button.addEventListener("click", () => this.view.fit());
      bar.append(button);
      return bar;
    };
    fit.addTo(this.map);
    L.control.scale({ imperial: false, maxWidth: 110 }).addTo(this.map);
  }

  listen() {
    // A view somebody has touched is kept; an untouched one is fitted again when the size changes.
    for (const kind of ["pointerdown", "wheel", "keydown"]) {
      this.box.addEventListener(kind, () => (this.view.moved = true), { passive: true });
    }
    this.map.on("mousemove", (event) => this.hover(event));
    this.map.on("mouseout movestart zoomstart", () => this.leave());
    this.map.on("click", (event) => this.click(event));
    this.map.on("move", () => this.view.follow(this));
    this.map.on("moveend", () => this.view.settle(this));
  }

  // Counties and roads: only when the base changed.
  drawBase(base) {
    this.base.clearLayers();
    const renderer = new Paper({ pane: "base", padding: 0.25 });
    const common = { renderer, pane: "base", interactive: false };
    const style = { ...common, color: "#b4aea3", weight: 0.9, fillColor: "#fff", fillOpacity: 1 };
    L.geoJSON(base.counties, { ...common, style }).addTo(this.base);
    this.base.addLayer(roadLayer(base.roads, { ...common, color: "#c9c4bb", weight: 1, fill: false }));
    if (!this.dots._map) this.dots.addTo(this.map);
  }

  update(pane, prepared) {
    this.title.textContent = pane.title;
    this.note.textContent = pane.note;
    this.box.setAttribute("role", "application");
    this.box.setAttribute("aria-label", [this.view.labels.map, pane.title, pane.note].filter(Boolean).join("："));
    this.stamp.textContent = this.view.labels.stamp;
    this.source.textContent = this.view.labels.attribution;
    this.leave();
    this.dots.show(prepared);
  }

  hover(event) {
    const point = event.layerPoint;
    const site = this.dots.siteAt(point);
    this.box.classList.toggle("pm-over-site", Boolean(site));
    const lines = site ? this.siteLines(site) : this.cellLines(point, event.latlng);
    if (lines.length) this.showTip(lines, event.containerPoint);
    else this.tip.classList.remove("pm-on");
    this.view.mirror(this, event.latlng);
  }

  siteLines(site) {
    return [site.name, this.view.labels[site.role], site.text].filter(Boolean);
  }

  cellLines(point, latlng) {
    const { cells } = this.dots._pane;
    const { shared, labels } = this.view;
    const county = countyAt(shared.counties, worldX(latlng.lng), worldY(latlng.lat));
    const name = county ? county.name : "";
    const i = this.dots.cellAt(point);
    if (i < 0) return name ? [name] : [];
    const count = cells.text ? cells.text[i] : `${Math.round(cells.persons[i]).toLocaleString("zh-CN")} ${labels.persons}`;
    return [count, shared.legend[cells.band[i]].label, name].filter(Boolean);
  }

  showTip(lines, point) {
    this.tip.replaceChildren(...lines.map((line, i) => make("div", i ? "pm-line" : "pm-first", line)));
    this.tip.classList.add("pm-on");
    const size = this.map.getSize();
    const left = point.x + 16 + this.tip.offsetWidth > size.x ? point.x - 12 - this.tip.offsetWidth : point.x + 16;
    const top = Math.min(point.y + 12, size.y - this.tip.offsetHeight - 6);
    this.tip.style.transform = `translate(${Math.max(4, left)}px, ${Math.max(4, top)}px)`;
  }

  leave() {
    this.tip.classList.remove("pm-on");
    this.view.mirror(this, null);
  }

  click(event) {
    const site = this.dots.siteAt(event.layerPoint);
    if (site) this.view.select(site.id);
  }

  // The pointer of the other pane.
  point(latlng) {
    if (!this.ghost) {
      this.ghost = make("div", "pm-ghost");
      this.box.append(this.ghost);
    }
    this.ghost.hidden = !latlng;
    if (!latlng) return;
    const at = this.map.latLngToContainerPoint(latlng);
    this.ghost.style.transform = `translate(${at.x}px, ${at.y}px)`;
  }

  stop() {
    this.map.remove();
    this.node.remove();
  }
}

function roadLayer(roads, style) {
  if (!Array.isArray(roads)) return L.geoJSON(roads, { ...style, style });
  return L.polyline(roads.map((line) => line.map(([lon, lat]) => [lat, lon])), style);
}

// ---------------------------------------------------------------- both panes together

class View {
  constructor(root) {
    this.root = root;
    this.panes = [];
    this.shared = { legend: [], counties: [], typical: 1, fitZoom: 8, selected: null, allCandidates: false };
    this.grid = make("div", "pm-grid");
    this.legend = make("div", "pm-legend");
    root.replaceChildren(this.grid, this.legend);
    this.observer = new ResizeObserver(() => this.resize());
    this.observer.observe(this.grid);
  }

  update(data) {
    const started = performance.now();
    const panes = JSON.parse(data.panes);
    this.labels = data.labels;
    this.grid.style.setProperty("--pm-height", data.height + "px");
    const newBase = data.base_id !== this.baseId;
    const newPanes = this.setPanes(panes.length);
    Object.assign(this.shared, { legend: data.legend, typical: typicalPersons(panes), selected: data.selected });
    if (newBase) this.setBase(data);
    if (newBase || newPanes) this.panes.forEach((pane) => this.place(pane, newBase));
    this.panes.forEach((pane, i) => pane.update(panes[i], prepare(panes[i], data.legend.length)));
    this.drawLegend(data.legend, panes);
    this.root.dataset.drawMs = (performance.now() - started).toFixed(1);
  }

  setPanes(count) {
    if (count === this.panes.length) return false;
    while (this.panes.length > count) this.panes.pop().stop();
    while (this.panes.length < count) {
      const pane = new Pane(this);
      this.grid.append(pane.node);
      this.panes.push(pane);
    }
    this.grid.dataset.panes = String(count);
    this.panes.forEach((pane) => pane.point(null));
    this.quietly(() => this.panes.forEach((pane) => (pane.map ? pane.map.invalidateSize({ animate: false }) : pane.start())));
    return true;
  }

  setBase(data) {
    this.baseId = data.base_id;
    this.base = JSON.parse(data.base);
    this.bounds = L.latLngBounds(this.base.bounds);
    this.shared.counties = this.base.counties.features.map(prepareCounty);
    this.moved = false;
  }

  place(pane, newBase) {
    const first = this.panes[0].map;
    pane.map.setMaxBounds(null);
    if (pane.map !== first && first._loaded) this.quietly(() => pane.map.setView(first.getCenter(), first.getZoom()));
    else if (newBase || !pane.map._loaded || !this.moved) this.fitOne(pane);
    if (newBase || !pane.dots._map) pane.drawBase(this.base);
    pane.map.setMaxBounds(this.bounds.pad(1.5));
  }

  fitOne(pane) {
    if (pane.map.getSize().x < 60) {
      // Not on the screen yet, as in a closed tab: resize() fits it when it is shown.
      this.quietly(() => pane.map.setView(this.bounds.getCenter(), 6, { animate: false }));
      return;
    }
    this.quietly(() => pane.map.setMinZoom(0).fitBounds(this.bounds, { padding: [14, 14], animate: false }));
    this.shared.fitZoom = pane.map.getZoom();
    pane.map.setMinZoom(Math.max(0, this.shared.fitZoom - 1));
  }

  fit() {
    this.moved = false;
    this.panes.forEach((pane) => this.fitOne(pane));
    this.panes.forEach((pane) => pane.dots.redraw()); // sizes follow from the zoom just found
  }

  quietly(action) {
    const before = this.quiet;
    this.quiet = true;
    action();
    this.quiet = before;
  }

  // While one map moves the other is shifted along; it is drawn anew when the move ends.
  follow(source) {
    if (this.quiet || !source.map._loaded) return;
    this.quietly(() => this.others(source).forEach((pane) => shift(pane.map, source.map)));
  }

  settle(source) {
    if (this.quiet) return;
    this.quietly(() =>
      this.others(source).forEach((pane) =>
        pane.map.setView(source.map.getCenter(), source.map.getZoom(), { animate: false })
      )
    );
  }

  others(source) {
    return this.panes.filter((pane) => pane !== source && pane.map && pane.map._loaded);
  }

  mirror(source, latlng) {
    this.others(source).forEach((pane) => pane.point(latlng));
  }

  select(id) {
    this.shared.selected = id;
    this.panes.forEach((pane) => pane.dots.redraw());
    this.send(id);
  }

  resize() {
    this.quietly(() => this.panes.forEach((pane) => pane.map && pane.map.invalidateSize({ animate: false })));
    if (!this.moved && this.bounds) this.fit();
  }

  drawLegend(legend, panes) {
    const rows = [bandRow(legend, this.labels), roleRow(panes, this.labels)];
    if (panes.some((pane) => pane.sites.some((site) => site.role === "candidate"))) rows.push(this.candidateBox());
    this.legend.replaceChildren(...rows);
  }

  candidateBox() {
    const label = make("label", "pm-check");
    const box = make("input");
    box.type = "checkbox";
    box.checked = this.shared.allCandidates;
    box.addEventListener("change", () => {
      this.shared.allCandidates = box.checked;
      this.panes.forEach((pane) => pane.dots.redraw());
    });
    label.append(box, this.labels.show_candidates);
    return label;
  }

  stop() {
    this.observer.disconnect();
    this.panes.forEach((pane) => pane.stop());
    this.panes = [];
  }
}

function shift(map, leader) {
  const zoom = leader.getZoom();
  if (map.getZoom() !== zoom) {
    map.setView(leader.getCenter(), zoom, { animate: false });
    return;
  }
  const offset = map.project(leader.getCenter(), zoom).subtract(map.project(map.getCenter(), zoom)).round();
  if (offset.x || offset.y) {
    map._rawPanBy(offset);
    map.fire("move");
  }
}

function prepare(pane, bands) {
  return { cells: prepareCells(pane.cells, bands), sites: prepareSites(pane.sites) };
}

// ---------------------------------------------------------------- legend

function sample(draw) {
  const canvas = make("canvas", "pm-sample");
  draw(sizedCanvas(canvas, 22, 20));
  return canvas;
}

function legendItem(draw, text) {
  const item = make("span", "pm-item");
  item.append(sample(draw), make("span", "", text));
  return item;
}

function bandRow(legend, labels) {
  const row = make("div", "pm-row");
  for (const item of legend) {
    const draw = (ctx) => {
      ctx.beginPath();
      ctx.arc(11, 10, 5.5, 0, 2 * Math.PI);
      paintBand(ctx, item);
    };
    row.append(legendItem(draw, item.label));
  }
  row.append(make("span", "pm-hint", labels.size_hint));
  return row;
}

function roleRow(panes, labels) {
  const present = new Set(panes.flatMap((pane) => pane.sites.map((site) => site.role)));
  const row = make("div", "pm-row");
  for (const role of ROLES.filter((name) => present.has(name))) {
    row.append(legendItem((ctx) => SIGNS[role](ctx, 11, 10, role === "existing" ? 6.5 : 5.2), labels[role]));
  }
  return row;
}

// ---------------------------------------------------------------- Streamlit calls this at each new data

export default function planMaps(component) {
  const { data, parentElement, setTriggerValue } = component;
  const root = parentElement.querySelector(".pm-root");
  if (!root.planView) root.planView = new View(root);
  root.planView.send = (id) => setTriggerValue("clicked", id);
  root.planView.update(data);
  return () => setTimeout(() => leavePage(root), 0);
}

// The view stays while its element does; it ends when the element has left the page.
function leavePage(root) {
  if (root.isConnected || !root.planView) return;
  root.planView.stop();
  delete root.planView;
}
