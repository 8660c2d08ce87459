// The legend, which is also where layers are switched on and off, and the buttons above the map.

function sample(draw) {
  const canvas = make("canvas", "jm-sample");
  canvas.setAttribute("aria-hidden", "true");
  draw(sizedCanvas(canvas, 22, 20));
  return canvas;
}

function bandSample(item, strong) {
  return sample((ctx) => {
    ctx.beginPath();
    SHAPES[item.shape](ctx, 11, 10, 5.5);
    paintBand(ctx, item, strong);
  });
}

class Panel {
  constructor(view) {
    this.view = view;
    this.tools = make("div", "jm-tools");
    this.legend = make("div", "jm-legend");
    this.more = make("details", "jm-more");
  }

  draw() {
    const { shared } = this.view;
    this.drawTools();
    const rows = [this.bands(), this.signs()];
    this.fillMore();
    const held = this.more.getRootNode().activeElement;
    const name = held && this.legend.contains(held) ? held.dataset.layer : "";
    this.legend.replaceChildren(...rows, this.more);
    const again = name && [...this.legend.querySelectorAll("input")].find((box) => box.dataset.layer === name);
    if (again) again.focus({ preventScroll: true });
    this.legend.lang = this.tools.lang = shared.lang;
  }

  drawTools() {
    const { view } = this;
    const { labels } = view.shared;
    if (!this.find) {
      this.find = button("jm-tool", "", () => view.panes[view.panes.length - 1].find.show());
      this.undo = button("jm-tool", "", () => view.history("undo"));
      this.redo = button("jm-tool", "", () => view.history("redo"));
      this.link = button("jm-tool", "", () => view.tell("link", "", ""));
      this.tools.append(this.undo, this.redo, this.link, this.find);
    }
    const link = view.actions.find((action) => action.verb === "link");
    this.find.textContent = labels.find;
    this.undo.textContent = "↶ " + labels.undo;
    this.redo.textContent = "↷ " + labels.redo;
    this.undo.title = labels.undo_title;
    this.redo.title = labels.redo_title;
    this.undo.setAttribute("aria-disabled", String(!view.can.undo));
    this.redo.setAttribute("aria-disabled", String(!view.can.redo));
    this.undo.hidden = this.redo.hidden = !view.can.history;
    this.link.hidden = !link;
    this.link.textContent = link ? link.label : "";
  }

  group(title, items) {
    const row = make("div", "jm-row");
    row.setAttribute("role", "group");
    row.setAttribute("aria-label", title);
    row.append(make("span", "jm-row-title", title), ...items);
    return row;
  }

  bands() {
    const { bands, labels, strong, counted } = this.view.shared;
    const used = bands.filter((item, band) => item.key !== "not_run" || counted[band]);
    const shown = counted[bands.findIndex((item) => item.key === "not_run")] ? used.slice(-1) : used;
    const items = shown.map((item) => this.toggle(item.key, item.label, bandSample(item, strong), true));
    const change = bands.some((item) => item.shape === "up");
    return this.group(change ? labels.changes : labels.bands, [...items, make("span", "jm-hint", labels.size_hint)]);
  }

  signs() {
    const { labels } = this.view.shared;
    const present = new Set(this.view.panes.flatMap((pane) => pane.dots.sites.map((site) => site.role)));
    const items = ROLES.filter((role) => present.has(role)).map((role) =>
      this.toggle(role, labels[role], sample((ctx) => SIGNS[role](ctx, 11, 10, role === "existing" ? 6.5 : 5.2)), true)
    );
    if (this.view.panes.some((pane) => pane.dots.rings.size)) {
      items.push(this.toggle("rings", labels.rings, sample((ctx) => ring(ctx, 11, 10, 5.5, tones.home, 1.8)), true));
    }
    if (this.view.panes.some((pane) => pane.dots.sites.some((site) => site.wished))) {
      const item = make("span", "jm-item");
      item.append(sample((ctx) => wishRing(ctx, 11, 10, 6.5)), make("span", "", labels.wish));
      items.push(item);
    }
    return this.group(labels.signs, items);
  }

  fillMore() {
    const { shared } = this.view;
    const { labels, ground } = shared;
    const kinds = Object.keys(OTHERS).filter((kind) => ground.others.some((one) => one.kind === kind));
    const drawn = (kind) => sample((ctx) => OTHERS[kind](ctx, 11, 10, 5.5));
    const row = make("div", "jm-row");
    row.append(
      this.toggle("names", labels.names, null, true),
      this.toggle("county_lines", labels.county_lines, null, true),
      this.toggle("road_lines", labels.road_lines, null, true),
      this.toggle("all_candidates", labels.all_candidates, null, false),
      ...kinds.map((kind) => this.toggle(kind, labels[kind], drawn(kind), false)),
      this.slider("people", labels.people),
      this.slider("ground", labels.ground)
    );
    const summary = make("summary", "", labels.layers);
    const held = this.more.getRootNode().activeElement;
    const name = held && this.more.contains(held) ? held.dataset.layer : "";
    this.more.replaceChildren(summary, row);
    const again = name && [...this.more.querySelectorAll("input")].find((box) => box.dataset.layer === name);
    if (again) again.focus({ preventScroll: true });
  }

  toggle(layer, words, picture, usual) {
    const { shared } = this.view;
    const label = make("label", "jm-item jm-switch");
    const box = make("input");
    box.type = "checkbox";
    box.dataset.layer = layer;
    box.checked = layer in shared.layers ? shared.layers[layer] : usual;
    box.addEventListener("change", () => this.view.switch(layer, box.checked));
    label.append(box, ...(picture ? [picture] : []), make("span", "", words));
    return label;
  }

  slider(layer, words) {
    const { shared } = this.view;
    const label = make("label", "jm-item jm-slide");
    const field = make("input");
    Object.assign(field, { type: "range", min: "20", max: "100", step: "10", value: String(Math.round(shared.opacity[layer] * 100)) });
    field.dataset.layer = layer;
    field.addEventListener("input", () => this.view.fade(layer, Number(field.value) / 100));
    label.append(make("span", "", words), field);
    return label;
  }
}
