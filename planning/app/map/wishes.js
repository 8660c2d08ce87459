// What a person does with the map: choose a site, ask for something, switch layers; and what a tab remembers of it.

Object.assign(View.prototype, {
  pick(pane, site) {
    this.shared.selected = site.id;
    this.redraw();
    if (this.actions.some(({ verb }) => verb === "select")) this.tell("select", site.id, "");
    if (fitting(this.actions, site.role).length) pane.menu.show(site);
    this.live.textContent = siteLines(site, this.shared).join("，");
  },

  pickNone() {
    this.panes.forEach((pane) => pane.menu.close(false));
    if (!this.shared.selected) return;
    this.shared.selected = "";
    this.redraw();
  },

  // The wish is drawn at once; the answer takes its place.
  wish(verb, label, site) {
    const role = becomes(verb, site.role);
    if (role) Object.assign(site, { role, wished: true });
    this.stale = true;
    this.redraw();
    this.tell(verb, site.id, filled(this.shared.labels.done, label, site.name));
  },

  history(verb) {
    if (this.can[verb]) this.tell(verb, "", this.shared.labels[verb]);
  },

  tell(verb, site, words) {
    if (words) this.live.textContent = words;
    this.n = Math.max(this.n + 1, Date.now());
    this.send({ verb, site, n: this.n, view: this.place_now() });
  },

  place_now() {
    const { map } = this.panes[0];
    const at = map.getCenter();
    const { layers, opacity } = this.shared;
    const [lat, lon] = [at.lat, at.lng].map((value) => Number(value.toFixed(5)));
    return { lat, lon, zoom: map.getZoom(), layers: { ...layers }, opacity: { ...opacity } };
  },

  switch(layer, on) {
    this.shared.layers[layer] = on;
    if (["county_lines", "road_lines"].includes(layer)) this.panes.forEach((pane) => pane.drawGround(this.shared));
    this.redraw();
    this.keep();
  },

  fade(layer, opacity) {
    this.shared.opacity[layer] = opacity;
    if (layer === "ground") this.panes.forEach((pane) => (pane.map.getPane("base").style.opacity = opacity));
    else this.redraw();
    this.keep();
  },

  keep() {
    if (this.panes.length) remember(this.key, { ...this.place_now(), moved: Boolean(this.moved) });
  },

  recall(key) {
    this.key = key;
    const kept = remembered(key);
    this.waiting = kept && kept.moved ? kept : null;
    if (kept) this.adopt(kept);
  },

  adopt({ layers, opacity }) {
    Object.assign(this.shared.layers, layers || {});
    Object.assign(this.shared.opacity, opacity || {});
  },

  // A view that the page asks for goes before what the tab remembers; each is taken once.
  restore(spec) {
    const asked = spec.view ? JSON.stringify(spec.view) : "";
    if (asked && asked !== this.asked) {
      this.waiting = spec.view;
      this.adopt(spec.view);
      this.panel.draw();
      this.redraw();
    }
    this.asked = asked;
    const { waiting } = this;
    if (!waiting || !Number.isFinite(waiting.lat) || !Number.isFinite(waiting.lon) || !Number.isFinite(waiting.zoom)) return;
    if (!this.bounds.pad(1.5).contains([waiting.lat, waiting.lon]) || this.panes[0].map.getSize().x < 60) return;
    this.waiting = null;
    this.moved = true;
    this.panes.forEach((pane) => pane.drawGround(this.shared));
    this.panes[0].map.setView([waiting.lat, waiting.lon], waiting.zoom, { animate: false });
    this.redraw();
  },
});
