// Columns of numbers as they arrive, made ready to draw.

function column(table, name) {
  const found = table.getChild(name);
  return found ? found.toArray() : null;
}

const CELL_COLUMNS = ["band", "persons", "minutes", "before", "nearest", "group", "full"];

// The cells of one pane; places come from the ground, row by row.
function prepareCells(table, ground, bands) {
  if (!table) return null;
  const cells = { x: ground.x, y: ground.y, area: ground.cells.area };
  for (const name of CELL_COLUMNS) cells[name] = column(table, name);
  cells.byBand = Array.from({ length: bands }, () => []);
  for (let i = 0; i < cells.band.length; i += 1) {
    const rows = cells.byBand[cells.band[i]];
    if (rows && cells.persons[i] > 0) rows.push(i);
  }
  return cells;
}

function prepareRings(table, words) {
  const found = new Map();
  if (!table) return found;
  const [cells, word] = [column(table, "cell"), column(table, "word")];
  for (let i = 0; i < cells.length; i += 1) found.set(cells[i], words[word[i]]);
  return found;
}

// The sites of one pane: the common columns, and what each is here.
function prepareSites(columns, pane, roles) {
  const sites = [];
  for (let i = 0; i < columns.id.length; i += 1) {
    const wish = roles[pane.wish[i]] || "";
    const role = roles[pane.role[i]] || "";
    if (!role && !wish) continue;
    sites.push({
      id: columns.id[i],
      name: columns.name[i],
      lon: columns.lon[i],
      lat: columns.lat[i],
      x: worldX(columns.lon[i]),
      y: worldY(columns.lat[i]),
      small: Boolean(columns.small[i]),
      role: wish || role,
      wished: Boolean(wish),
      text: pane.text[i],
    });
  }
  return sites;
}

// So many persons have a dot of usual size: the 95th of a hundred cells.
function typicalPersons(panes) {
  const all = panes.flatMap((pane) => (pane.cells ? Array.from(pane.cells.persons) : [])).filter((n) => n > 0);
  all.sort((a, b) => a - b);
  return Math.max(all[Math.floor(all.length * 0.95)] || 1, 1e-9);
}
