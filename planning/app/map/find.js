// The places in view as a list that can be searched: the way to every sign without a mouse.

const MOST_LISTED = 300;
let lists = 0;

class Find {
  constructor(pane) {
    this.pane = pane;
    this.node = make("div", "jm-find");
    this.node.hidden = true;
    this.field = make("input", "jm-find-field");
    this.field.type = "text";
    this.field.autocomplete = "off";
    this.count = make("div", "jm-find-count");
    this.count.setAttribute("role", "status");
    this.list = make("ul", "jm-find-list");
    this.list.setAttribute("role", "listbox");
    lists += 1;
    this.list.id = "jm-list-" + lists;
    const told = { role: "combobox", "aria-controls": this.list.id, "aria-expanded": "true", "aria-autocomplete": "list" };
    Object.entries(told).forEach(([name, value]) => this.field.setAttribute(name, value));
    this.leave = button("jm-tool", "", () => this.close(true));
    this.node.append(this.field, this.leave, this.count, this.list);
    pane.box.append(this.node);
    L.DomEvent.disableClickPropagation(this.node);
    L.DomEvent.disableScrollPropagation(this.node);
    this.field.addEventListener("input", () => this.fill());
    this.node.addEventListener("keydown", (event) => this.key(event));
  }

  get open() {
    return !this.node.hidden;
  }

  show() {
    const { labels } = this.pane.view.shared;
    this.field.placeholder = labels.find_hint;
    this.field.setAttribute("aria-label", labels.find);
    this.list.setAttribute("aria-label", labels.find);
    this.leave.textContent = labels.close;
    this.field.value = "";
    this.node.hidden = false;
    this.pane.tip.hide();
    this.fill();
    this.field.focus({ preventScroll: true });
  }

  // North to south; with words also what lies outside the view.
  matching() {
    const words = this.field.value.trim().toLowerCase();
    const bounds = this.pane.map.getBounds();
    const { dots } = this.pane;
    return dots.sites
      .filter((site) => site.wished || dots.on(site.role))
      .filter((site) => (words ? `${site.name} ${site.id}`.toLowerCase().includes(words) : bounds.contains([site.lat, site.lon])))
      .sort((a, b) => b.lat - a.lat);
  }

  fill() {
    const { labels } = this.pane.view.shared;
    this.found = this.matching();
    this.count.textContent = this.found.length ? filled(labels.found, this.found.length) : labels.none_found;
    this.list.replaceChildren(...this.found.slice(0, MOST_LISTED).map((site, i) => this.option(site, i)));
    this.list.hidden = !this.found.length;
    this.mark(0);
  }

  option(site, i) {
    const { labels } = this.pane.view.shared;
    const node = make("li", "jm-find-option");
    node.id = `${this.list.id}-${i}`;
    node.dir = "auto";
    node.setAttribute("role", "option");
    node.append(make("span", "", site.name), make("span", "jm-find-role", labels[site.role]));
    node.addEventListener("click", () => this.choose(i));
    return node;
  }

  mark(i) {
    const options = this.list.children;
    this.at = Math.max(0, Math.min(i, options.length - 1));
    [...options].forEach((node, k) => node.setAttribute("aria-selected", String(k === this.at)));
    const node = options[this.at];
    if (node) {
      this.field.setAttribute("aria-activedescendant", node.id);
      node.scrollIntoView({ block: "nearest" });
    } else this.field.removeAttribute("aria-activedescendant");
  }

  key(event) {
    const step = { ArrowDown: 1, ArrowUp: -1, PageDown: 8, PageUp: -8 }[event.key];
    if (step) {
      this.mark(this.at + step);
      event.preventDefault();
    }
    if (event.key === "Enter" && !event.isComposing && event.target === this.field) {
      event.preventDefault();
      this.choose(this.at);
    }
    if (event.key === "Escape") this.close(true);
    event.stopPropagation();
  }

  choose(i) {
    const site = this.found[i];
    if (!site) return;
    this.close(false);
    this.pane.go(site);
    this.pane.view.pick(this.pane, site);
  }

  close(back) {
    if (!this.open) return;
    this.node.hidden = true;
    if (back) this.pane.box.focus({ preventScroll: true });
  }
}
