// All panes together: they share place, zoom, layers and what is selected.

class View {
  constructor(root) {
    this.root = root;
    this.panes = [];
    this.n = 0;
    this.draws = 0;
    this.actions = [];
    this.can = {};
    this.shared = { bands: [], layers: {}, opacity: { people: 1, ground: 1 }, fitZoom: 8, selected: "", typical: 1 };
    this.grid = make("div", "jm-grid");
    this.panel = new Panel(this);
    this.live = make("div", "jm-told");
    this.live.setAttribute("role", "status");
    root.replaceChildren(this.panel.tools, this.grid, this.panel.legend, this.live);
    this.observer = new ResizeObserver(() => this.resize());
    this.observer.observe(this.grid);
    readTones(root);
    this.shared.strong = window.matchMedia("(prefers-contrast: more)").matches;
  }

  update(data, ground) {
    const started = performance.now();
    const { spec } = data;
    const fresh = !this.stale && spec.rev === this.rev && spec.lang === this.shared.lang;
    this.stale = false;
    this.groundId = spec.ground;
    this.take(spec);
    const newGround = this.shared.ground !== ground;
    if (newGround) this.setGround(ground);
    if (!fresh || newGround) this.draw(data, newGround);
    else this.panes.forEach((pane) => pane.dots.redraw());
    this.panel.draw();
    this.restore(spec);
    this.root.dataset.drawMs = (performance.now() - started).toFixed(1);
  }

  take(spec) {
    const { labels, lang, bands, selected } = spec;
    Object.assign(this.shared, { labels, lang, bands, names: spec.sites.name });
    if (selected !== this.told) this.shared.selected = selected; // else what was clicked here stays
    this.told = selected;
    // What stays the same lies under what changes.
    this.shared.order = bands.map((_, band) => (spec.mode === "difference" ? bands.length - 1 - band : band));
    this.actions = spec.actions;
    this.can = { undo: spec.can_undo, redo: spec.can_redo, history: spec.history };
    this.stampWords = labels.stamp;
    this.attribution = spec.attribution;
    this.root.lang = lang;
    this.grid.style.setProperty("--jm-height", spec.height + "px");
    if (this.key !== spec.key) this.recall(spec.key);
  }

  draw(data, newGround) {
    const { spec } = data;
    const { ground, bands } = this.shared;
    const newPanes = this.setPanes(spec.panes.length);
    const prepared = spec.panes.map((pane, i) => ({
      cells: prepareCells(data["pane" + i], ground, bands.length),
      sites: prepareSites(spec.sites, pane.sites, spec.roles),
      rings: prepareRings(data["rings" + i], pane.rings),
    }));
    this.shared.typical = typicalPersons(prepared);
    this.shared.counted = bands.map((_, band) => prepared.reduce((sum, one) => sum + one.cells.byBand[band].length, 0));
    if (newGround || newPanes) this.panes.forEach((pane) => this.place(pane, newGround));
    this.panes.forEach((pane, i) => pane.update(spec.panes[i], prepared[i]));
    this.rev = spec.rev;
    this.draws += 1;
    this.root.dataset.rev = spec.rev;
    this.root.dataset.draws = String(this.draws);
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
    this.panes.filter((pane) => pane.map).forEach((pane) => pane.point(null));
    this.quietly(() => this.panes.forEach((pane) => (pane.map ? pane.map.invalidateSize({ animate: false }) : pane.start())));
    return true;
  }

  setGround(ground) {
    const other = this.bounds && !this.bounds.equals(L.latLngBounds(ground.bounds));
    this.shared.ground = ground;
    this.bounds = L.latLngBounds(ground.bounds);
    if (other) this.moved = false;
  }

  place(pane, newGround) {
    const first = this.panes[0].map;
    pane.map.setMaxBounds(null);
    if (pane.map !== first && first._loaded) this.quietly(() => pane.map.setView(first.getCenter(), first.getZoom()));
    else if (!pane.map._loaded || !this.moved) this.fitOne(pane);
    if (newGround || !pane.dots._map) pane.drawGround(this.shared);
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
    this.keep();
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
    this.keep();
  }

  others(source) {
    return this.panes.filter((pane) => pane !== source && pane.map && pane.map._loaded);
  }

  mirror(source, latlng) {
    this.others(source).forEach((pane) => pane.point(latlng));
  }

  redraw() {
    this.panes.forEach((pane) => pane.dots.redraw());
  }

  resize() {
    this.quietly(() => this.panes.forEach((pane) => pane.map && pane.map.invalidateSize({ animate: false })));
    if (!this.moved && this.bounds) this.fit();
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
