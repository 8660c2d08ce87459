// What is told of a site or of the people at a place, in lines.

function siteLines(site, shared) {
  const { labels } = shared;
  return [site.name, labels[site.role], ...site.text.split(" · "), site.wished ? labels.wish : ""].filter(Boolean);
}

function cellLines(dots, i, latlng) {
  const { shared, cells } = dots;
  const { labels, ground } = shared;
  if (i < 0) {
    const county = countyAt(ground.countyShapes, worldX(latlng.lng), worldY(latlng.lat));
    return county && county.name ? [county.name] : [];
  }
  const [area, county] = ground.areas[cells.area[i]];
  const place = area && area !== county ? `${county} · ${area}` : county;
  const count = `${cells.persons[i].toLocaleString("en")} ${labels.persons}`;
  const rings = dots.rings.get(i);
  const home = rings && dots.on("rings") ? filled(labels.rings_of, rings) : "";
  return [place, count, travelLine(dots, i), reasonLine(dots, i), home].filter(Boolean);
}

function travelLine({ shared, cells }, i) {
  const { labels, names } = shared;
  if (!cells.minutes) return "";
  const minutes = cells.minutes[i];
  if (cells.before) return changeLine(labels, cells.before[i], minutes);
  if (minutes === NONE) return labels.no_route;
  const nearest = cells.nearest[i] === NONE ? "" : names[cells.nearest[i]];
  return nearest ? filled(labels.minutes, minutes, nearest) : filled(labels.minutes_only, minutes);
}

function changeLine(labels, before, after) {
  if (before === NONE && after === NONE) return labels.no_route;
  if (before === NONE) return filled(labels.route_found, after);
  if (after === NONE) return filled(labels.route_lost, before);
  return filled(labels.before, before, after);
}

// Why people are served or not; the groups are served, near but full, too far, no route.
function reasonLine({ shared, cells }, i) {
  const { labels } = shared;
  if (!cells.group || cells.group[i] === ABSENT) return "";
  if (cells.full[i]) return filled(labels.full, cells.full[i].toLocaleString("en"));
  return ["served", "", "too_far", ""].map((name) => labels[name] || "")[cells.group[i]] || "";
}

class Tip {
  constructor(box) {
    this.node = make("div", "jm-tip");
    this.node.dir = "auto";
    this.node.setAttribute("aria-hidden", "true"); // the list of places says the same to a screen reader
    box.append(this.node);
  }

  show(lines, point, size) {
    if (!lines.length) return this.hide();
    this.node.replaceChildren(...lines.map((line, i) => make("div", i ? "jm-line" : "jm-first", line)));
    this.node.classList.add("jm-on");
    const { offsetWidth: width, offsetHeight: height } = this.node;
    const left = point.x + 16 + width > size.x ? point.x - 12 - width : point.x + 16;
    const top = Math.min(point.y + 12, size.y - height - 6);
    this.node.style.transform = `translate(${Math.max(4, left)}px, ${Math.max(4, top)}px)`;
    return undefined;
  }

  hide() {
    this.node.classList.remove("jm-on");
  }
}
