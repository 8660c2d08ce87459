// One map: its ground, its dots, its buttons, and what happens under the pointer.

let panes = 0;

class Pane {
  constructor(view) {
    this.view = view;
    this.node = make("section", "jm-pane");
    this.title = make("div", "jm-title");
    this.note = make("div", "jm-note");
    this.title.dir = this.note.dir = "auto";
    const head = make("div", "jm-head");
    head.append(this.title, this.note);
    this.box = make("div", "jm-box");
    this.stamp = make("div", "jm-stamp");
    this.source = make("div", "jm-source");
    panes += 1;
    this.keys = make("div", "jm-told");
    this.keys.id = "jm-keys-" + panes;
    this.box.setAttribute("aria-describedby", this.keys.id);
    this.node.append(head, this.box, this.keys);
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
    this.box.append(this.stamp, this.source);
    this.tip = new Tip(this.box);
    this.menu = new Menu(this);
    this.find = new Find(this);
    this.listen();
  }

  addControls() {
    const { labels } = this.view.shared;
    L.control.zoom({ zoomInTitle: labels.zoom_in, zoomOutTitle: labels.zoom_out }).addTo(this.map);
    const fit = L.control({ position: "topleft" });
    fit.onAdd = () => {
      const bar = make("div", "leaflet-bar");
      this.fitButton = button("jm-fit", labels.show_all, () => this.view.fit());
      L.DomEvent.disableClickPropagation(bar);
      bar.append(this.fitButton);
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
    this.map.on("movestart zoomstart", () => this.menu.close(false));
    this.map.on("click", (event) => this.click(event));
    this.map.on("move", () => this.view.follow(this));
    this.map.on("moveend", () => this.view.settle(this));
    listenToKeys(this);
  }

  // Counties, prefectures and roads: only when the ground or what is shown of it changed.
  drawGround(shared) {
    const { ground, layers } = shared;
    this.base.clearLayers();
    const renderer = new Paper({ pane: "base", padding: 0.25 });
    const common = { renderer, pane: "base", interactive: false };
    const line = layers.county_lines !== false;
    const land = { ...common, stroke: line, color: tones.border, weight: 0.9, fillColor: tones.land, fillOpacity: 1 };
    L.geoJSON(ground.counties, { ...common, style: land }).addTo(this.base);
    if (layers.road_lines !== false) this.base.addLayer(roadLayer(ground.roads, { ...common, color: tones.road, weight: 1, fill: false }));
    const edge = { ...common, color: tones.prefecture, weight: 1.5, fill: false };
    if (line) L.geoJSON(ground.prefectures, { ...common, style: edge }).addTo(this.base);
    this.map.getPane("base").style.opacity = shared.opacity.ground;
    if (!this.dots._map) this.dots.addTo(this.map);
  }

  update(pane, prepared) {
    const { labels } = this.view.shared;
    this.title.textContent = pane.title;
    this.note.textContent = pane.note;
    this.box.setAttribute("role", "application");
    this.box.setAttribute("aria-label", [labels.map, pane.title, pane.note].filter(Boolean).join("："));
    this.keys.textContent = labels.keys;
    this.fitButton.textContent = labels.show_all;
    this.fitButton.title = labels.fit_title;
    for (const [name, label] of [["in", labels.zoom_in], ["out", labels.zoom_out]]) {
      const sign = this.box.querySelector(`.leaflet-control-zoom-${name}`);
      sign.title = label;
      sign.setAttribute("aria-label", label);
    }
    this.stamp.textContent = this.view.stampWords;
    this.source.textContent = this.view.attribution;
    this.leave();
    this.dots.show(prepared);
  }

  hover(event) {
    if (this.menu.open || this.find.open) return;
    const point = event.layerPoint;
    const site = this.dots.siteAt(point);
    this.box.classList.toggle("jm-over-site", Boolean(site));
    this.tip.show(this.lines(site, point, event.latlng), event.containerPoint, this.map.getSize());
    this.view.mirror(this, event.latlng);
  }

  lines(site, point, latlng) {
    if (site) return siteLines(site, this.view.shared);
    const other = this.dots.otherAt(point);
    return other ? [other.name, other.label] : cellLines(this.dots, this.dots.cellAt(point), latlng);
  }

  leave() {
    this.tip.hide();
    this.view.mirror(this, null);
  }

  click(event) {
    this.find.close(false);
    const site = this.dots.siteAt(event.layerPoint);
    if (site) this.view.pick(this, site);
    else this.view.pickNone();
  }

  // Bring a site into view.
  go(site) {
    this.view.moved = true;
    if (!this.map.getBounds().pad(-0.1).contains([site.lat, site.lon])) {
      this.map.panTo([site.lat, site.lon], { animate: false });
    }
  }

  // The pointer of the other pane.
  point(latlng) {
    if (!this.ghost) {
      this.ghost = make("div", "jm-ghost");
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
  return L.polyline(roads.map((line) => line.map(([lon, lat]) => [lat, lon])), style);
}
