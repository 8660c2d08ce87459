// The layer of dots, signs and names: one canvas a pane.

// Leaflet places a fresh canvas between two pixels, which blurs it; these keep to whole ones.
function sharpTransform(parent) {
  return function updateTransform(center, zoom) {
    if (zoom === this._zoom) L.DomUtil.setPosition(this._container, this._bounds.min);
    else parent.prototype._updateTransform.call(this, center, zoom);
  };
}

const Paper = L.Canvas.extend({ _updateTransform: sharpTransform(L.Canvas) });
const MANY_CANDIDATES = 250; // more are drawn only from near

const Dots = L.Renderer.extend({
  _updateTransform: sharpTransform(L.Renderer),

  options: { padding: 0.25, pane: "plan" },

  initialize(shared) {
    L.Renderer.prototype.initialize.call(this, {});
    this.shared = shared;
    this.cells = null;
    this.sites = [];
    this.rings = new Map();
  },

  show({ cells, sites, rings }) {
    Object.assign(this, { cells, sites, rings });
    this.few = sites.filter((site) => site.role === "candidate").length <= MANY_CANDIDATES;
    this.redraw();
  },

  redraw() {
    if (this._map && this._bounds) this._draw();
  },

  _initContainer() {
    this._container = make("canvas", "jm-dots");
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

  counties() {
    return this.shared.ground.countyShapes;
  },

  towns() {
    return this.shared.ground.towns;
  },

  on(layer) {
    return this.shared.layers[layer] !== false;
  },

  // World units (0..1) to layer pixels: x * scale - origin.
  frame() {
    return { scale: 256 * 2 ** this._map.getZoom(), origin: this._map.getPixelOrigin() };
  },

  pixel(thing) {
    const { scale, origin } = this.frame();
    return { x: thing.x * scale - origin.x, y: thing.y * scale - origin.y };
  },

  inside() {
    const { min, max } = this._bounds;
    return (at) => at.x >= min.x && at.x <= max.x && at.y >= min.y && at.y <= max.y;
  },

  _draw() {
    const ctx = this._ctx;
    const size = this._bounds.getSize();
    const min = this._bounds.min;
    ctx.clearRect(0, 0, size.x, size.y);
    ctx.save();
    ctx.translate(-min.x, -min.y);
    ctx.globalAlpha = this.shared.opacity.people;
    if (this.cells) this.shared.order.forEach((band) => this._drawBand(this.shared.bands[band], band));
    if (this.cells && this.on("rings")) this._drawRings();
    ctx.globalAlpha = 1;
    this._drawOthers();
    this._drawSites();
    if (this.on("names")) drawNames(this, ctx, this.inside());
    ctx.restore();
  },

  cellRadius(persons) {
    const growth = 2 ** (0.6 * (this._map.getZoom() - this.shared.fitZoom));
    const unit = growth * Math.min(1.2, Math.max(0.55, this._map.getSize().x / 600));
    return Math.min(16, 8 * unit, Math.max(1, 1.9 * unit * Math.sqrt(persons / this.shared.typical)));
  },

  siteRadius(site) {
    const beyond = this._map.getZoom() - this.shared.fitZoom;
    const narrow = Math.min(1, Math.max(0.7, this._map.getSize().x / 560));
    const size = Math.min(9, (site.role === "existing" ? 4 : 5) * narrow + 1.2 * Math.max(0, beyond));
    return site.small ? 0.55 * size : size;
  },

  showsSite(site) {
    if (site.wished || site.id === this.shared.selected) return true;
    if (!this.on(site.role)) return false;
    if (site.role !== "candidate") return true;
    return this.few || this.shared.layers.all_candidates === true || this._map.getZoom() >= this.shared.fitZoom + 1.5;
  },

  shownSigns() {
    return this.sites
      .filter((site) => this.showsSite(site))
      .map((site) => ({ ...this.pixel(site), r: this.siteRadius(site) * (site.role === "candidate" ? 0.5 : 1) }));
  },

  _drawBand(item, band) {
    if (!this.on(item.key)) return;
    const { cells } = this;
    const { scale, origin } = this.frame();
    const { min, max } = this._bounds;
    const shape = SHAPES[item.shape];
    this._ctx.beginPath();
    for (const i of cells.byBand[band]) {
      const x = cells.x[i] * scale - origin.x;
      const y = cells.y[i] * scale - origin.y;
      if (x < min.x || x > max.x || y < min.y || y > max.y) continue;
      shape(this._ctx, x, y, this.cellRadius(cells.persons[i]));
    }
    paintBand(this._ctx, item, this.shared.strong);
  },

  _drawRings() {
    const { cells } = this;
    const inside = this.inside();
    for (const i of this.rings.keys()) {
      const at = this.pixel({ x: cells.x[i], y: cells.y[i] });
      if (inside(at)) ring(this._ctx, at.x, at.y, this.cellRadius(cells.persons[i]) + 2, tones.home, 1.5);
    }
  },

  _drawOthers() {
    for (const one of this.shared.ground.others) {
      if (this.shared.layers[one.kind] !== true) continue;
      const at = this.pixel(one);
      OTHERS[one.kind](this._ctx, at.x, at.y, 6);
    }
  },

  _drawSites() {
    for (const role of FROM_BELOW) {
      for (const site of this.sites) {
        if (site.role !== role || !this.showsSite(site)) continue;
        const { x, y } = this.pixel(site);
        const r = this.siteRadius(site);
        if (site.id === this.shared.selected) this._drawSelected(x, y, r);
        SIGNS[role](this._ctx, x, y, r);
        if (site.wished) wishRing(this._ctx, x, y, r * 2.1 + 1);
      }
    }
  },

  _drawSelected(x, y, r) {
    ring(this._ctx, x, y, r * 2.6, "#fff", 5);
    ring(this._ctx, x, y, r * 2.6, tones.ink, 2);
  },

  // The site, else the cell, under a point given in layer pixels.
  siteAt(point) {
    const shown = this.sites.filter((site) => this.showsSite(site));
    return this._nearest(shown, point, (site) => Math.max(12, this.siteRadius(site) + 4));
  },

  otherAt(point) {
    const shown = this.shared.ground.others.filter((one) => this.shared.layers[one.kind] === true);
    return this._nearest(shown, point, () => 10);
  },

  _nearest(things, point, reach) {
    let best = null;
    let least = Infinity;
    for (const thing of things) {
      const at = this.pixel(thing);
      const distance = Math.hypot(at.x - point.x, at.y - point.y);
      if (distance <= reach(thing) && distance < least) [best, least] = [thing, distance];
    }
    return best;
  },

  cellAt(point) {
    const { cells } = this;
    if (!cells) return -1;
    const { scale, origin } = this.frame();
    let best = -1;
    let least = Infinity;
    for (let i = 0; i < cells.band.length; i += 1) {
      const item = this.shared.bands[cells.band[i]];
      if (!item || !(cells.persons[i] > 0) || !this.on(item.key)) continue;
      const dx = cells.x[i] * scale - origin.x - point.x;
      if (dx > 20 || dx < -20) continue;
      const dy = cells.y[i] * scale - origin.y - point.y;
      const distance = dx * dx + dy * dy;
      const r = this.cellRadius(cells.persons[i]) + 1.5;
      if (distance <= r * r && distance < least) [best, least] = [i, distance];
    }
    return best;
  },
});
