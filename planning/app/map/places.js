// Counties, roads and names, projected once for each ground.

function outerRings(geometry) {
  if (!geometry) return [];
  if (geometry.type === "Polygon") return [geometry.coordinates];
  return geometry.type === "MultiPolygon" ? geometry.coordinates : [];
}

// Signed area and centre of a ring of world coordinates.
function centre(x, y) {
  let [area, cx, cy] = [0, 0, 0];
  for (let i = 0, j = x.length - 1; i < x.length; j = i, i += 1) {
    const part = x[j] * y[i] - x[i] * y[j];
    area += part;
    cx += (x[i] + x[j]) * part;
    cy += (y[i] + y[j]) * part;
  }
  return { area: Math.abs(area / 2), x: cx / (3 * area), y: cy / (3 * area) };
}

function prepareCounty(feature) {
  const polygons = outerRings(feature.geometry).map((rings) =>
    rings.map((points) => project(points.map((p) => p[0]), points.map((p) => p[1])))
  );
  let best = { area: 0, x: 0, y: 0 };
  let width = 0;
  for (const [outer] of polygons) {
    const found = centre(outer.x, outer.y);
    if (found.area <= best.area) continue;
    best = found;
    width = Math.max(...outer.x) - Math.min(...outer.x);
  }
  return { name: String((feature.properties || {}).name || ""), x: best.x, y: best.y, width, polygons };
}

function crossings(points, x, y) {
  let inside = false;
  const { x: xs, y: ys } = points;
  for (let i = 0, j = xs.length - 1; i < xs.length; j = i, i += 1) {
    if (ys[i] > y !== ys[j] > y && x < ((xs[j] - xs[i]) * (y - ys[i])) / (ys[j] - ys[i]) + xs[i]) inside = !inside;
  }
  return inside;
}

function countyAt(counties, x, y) {
  const holds = (rings) => rings.reduce((inside, points) => inside !== crossings(points, x, y), false);
  return counties.find((county) => county.polygons.some(holds)) || null;
}

// Everything of a ground that maps draw; made once, kept with it.
function readyGround(ground) {
  if (ground.ready) return ground;
  Object.assign(ground, project(ground.cells.lon, ground.cells.lat));
  ground.countyShapes = ground.counties.features.map(prepareCounty);
  const placed = (row) => ({ ...row, x: worldX(row.lon), y: worldY(row.lat) });
  ground.towns = ground.towns.map(placed);
  ground.others = ground.others.map(placed);
  ground.ready = true;
  return ground;
}
