// What can be done with a site: a small menu beside it.

// Roles for which an act makes sense; an act that is not named here always does.
const FITS = {
  open: ["candidate", "proposed", "forbidden", "later"],
  lock: ["candidate", "proposed", "forbidden", "opened", "later"],
  forbid: ["candidate", "proposed", "locked", "opened", "later"],
  close: ["existing"],
  free: ["locked", "forbidden", "opened", "closed"],
};
const BARE = ["undo", "redo", "link"];
// What a site is to be after an act, until the answer comes.
const BECOMES = { open: "opened", lock: "locked", forbid: "forbidden", close: "closed" };

function fitting(actions, role) {
  return actions.filter(({ verb }) => !BARE.includes(verb) && verb !== "select" && (!FITS[verb] || FITS[verb].includes(role)));
}

function becomes(verb, role) {
  if (verb === "free") return role === "closed" ? "existing" : "candidate";
  return BECOMES[verb] || "";
}

class Menu {
  constructor(pane) {
    this.pane = pane;
    this.node = make("div", "jm-menu");
    this.node.hidden = true;
    pane.box.append(this.node);
    L.DomEvent.disableClickPropagation(this.node);
    L.DomEvent.disableScrollPropagation(this.node);
    this.node.addEventListener("keydown", (event) => this.key(event));
    this.node.addEventListener("focusout", (event) => {
      if (!this.node.contains(event.relatedTarget) && event.relatedTarget) this.close(false);
    });
  }

  get open() {
    return !this.node.hidden;
  }

  show(site) {
    const { view } = this.pane;
    const { labels } = view.shared;
    this.site = site;
    const head = make("div", "jm-menu-head");
    head.dir = "auto";
    siteLines(site, view.shared).forEach((line, i) => head.append(make("div", i ? "jm-line" : "jm-first", line)));
    const list = make("div", "jm-menu-list");
    list.setAttribute("role", "menu");
    list.setAttribute("aria-label", filled(labels.act_on, site.name));
    const items = fitting(view.actions, site.role).map(({ verb, label }) => this.item(label, () => this.choose(verb, label)));
    items.push(this.item(labels.close, () => this.close(true)));
    list.append(...items);
    this.node.replaceChildren(head, list);
    this.node.hidden = false;
    this.pane.tip.hide();
    this.place(site);
    items[0].focus({ preventScroll: true });
  }

  item(label, act) {
    const node = button("jm-menu-item", label, act);
    node.setAttribute("role", "menuitem");
    return node;
  }

  place(site) {
    const size = this.pane.map.getSize();
    const at = this.pane.map.latLngToContainerPoint([site.lat, site.lon]);
    const { offsetWidth: width, offsetHeight: height } = this.node;
    const left = at.x + 16 + width > size.x ? at.x - 16 - width : at.x + 16;
    const top = Math.min(Math.max(6, at.y - 20), size.y - height - 6);
    this.node.style.transform = `translate(${Math.max(6, left)}px, ${Math.max(6, top)}px)`;
  }

  key(event) {
    const items = [...this.node.querySelectorAll("button")];
    const here = items.indexOf(this.node.getRootNode().activeElement);
    const to = { ArrowDown: here + 1, ArrowUp: here - 1, Home: 0, End: items.length - 1 }[event.key];
    if (to !== undefined) {
      items[(to + items.length) % items.length].focus();
      event.preventDefault();
    }
    if (event.key === "Escape") this.close(true);
    if (event.key === "Tab") this.close(true);
    event.stopPropagation();
  }

  choose(verb, label) {
    const { site } = this;
    this.close(true);
    this.pane.view.wish(verb, label, site);
  }

  close(back) {
    if (!this.open) return;
    this.node.hidden = true;
    if (back) this.pane.box.focus({ preventScroll: true });
  }
}
