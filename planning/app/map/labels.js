// Names on the map: the weightier first, and none over another or over a sign.

const GAP = 3; // pixels between two names

class Room {
  constructor() {
    this.taken = [];
  }

  free(box) {
    return this.taken.every((one) => box[0] > one[2] || box[2] < one[0] || box[1] > one[3] || box[3] < one[1]);
  }

  take(box) {
    this.taken.push(box);
  }
}

// Names that may be shown at this zoom, in the order of their weight.
function wanted(layer) {
  const { shared } = layer;
  const beyond = layer._map.getZoom() - shared.fitZoom;
  const scale = layer.frame().scale;
  const under = layer.siteRadius({ role: "proposed" }) + 11; // below a sign at the same place
  const names = [];
  const add = (things, look) => things.forEach((one) => names.push({ ...look, name: one.name, x: one.x, y: one.y }));
  const sites = layer.sites.filter((site) => site.id === shared.selected);
  add(sites, { size: 13, weight: 600, color: tones.ink, below: under + 6 });
  if (beyond >= 0.4) {
    const wide = layer.counties().filter((county) => county.name && county.width * scale > 12 * county.name.length);
    add(wide, { size: 13, weight: 500, color: tones.quiet, below: 0 });
  }
  if (beyond >= 1.5) {
    const fresh = layer.sites.filter((one) => layer.showsSite(one) && ["proposed", "locked", "opened"].includes(one.role));
    add(fresh, { size: 12, weight: 500, color: tones.accent, below: under });
  }
  if (beyond >= 1.2) {
    const least = beyond >= 2.2 ? 2 : beyond >= 1.6 ? 1 : 0;
    add(layer.towns().filter((town) => town.order <= least), { size: 12, weight: 400, color: tones.ink, below: under });
  }
  return names;
}

function drawNames(layer, ctx, inside) {
  const room = new Room();
  layer.shownSigns().forEach(({ x, y, r }) => room.take([x - r, y - r, x + r, y + r]));
  ctx.textAlign = "center";
  ctx.textBaseline = "middle";
  ctx.lineJoin = "round";
  const seen = new Set();
  for (const one of wanted(layer)) {
    const at = layer.pixel(one);
    if (!inside(at)) continue;
    ctx.font = `${one.weight} ${one.size}px ${tones.font}`;
    const half = ctx.measureText(one.name).width / 2 + GAP;
    const y = at.y + one.below;
    const box = [at.x - half, y - one.size * 0.7, at.x + half, y + one.size * 0.7];
    const twice = `${one.name} ${Math.round(at.x / 60)} ${Math.round(at.y / 60)}`;
    if (seen.has(twice) || !room.free(box)) continue;
    seen.add(twice);
    room.take(box);
    ctx.strokeStyle = "rgba(255,255,255,.92)";
    ctx.lineWidth = 4;
    ctx.strokeText(one.name, at.x, y);
    ctx.fillStyle = one.color;
    ctx.fillText(one.name, at.x, y);
  }
  layer.namesShown = seen.size;
}
