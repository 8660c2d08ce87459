// Signs of the sites and shapes of the dots: each is known by its form, not by its colour alone.

const ROLES = ["existing", "opened", "proposed", "locked", "later", "closed", "forbidden", "candidate"];
const FROM_BELOW = ["candidate", "forbidden", "closed", "later", "existing", "opened", "locked", "proposed"];

function polygon(ctx, x, y, points) {
  ctx.beginPath();
  points.forEach(([dx, dy], i) => (i ? ctx.lineTo(x + dx, y + dy) : ctx.moveTo(x + dx, y + dy)));
  ctx.closePath();
}

function square(ctx, x, y, h) {
  polygon(ctx, x, y, [[-h, -h], [h, -h], [h, h], [-h, h]]);
}

function star(r) {
  return Array.from({ length: 10 }, (_, i) => {
    const angle = (Math.PI * i) / 5 - Math.PI / 2;
    const radius = i % 2 ? r * 0.46 : r;
    return [radius * Math.cos(angle), radius * Math.sin(angle)];
  });
}

function solid(ctx, color) {
  ctx.lineJoin = "round";
  ctx.strokeStyle = "#fff";
  ctx.lineWidth = 3;
  ctx.stroke();
  ctx.fillStyle = color;
  ctx.fill();
}

function hollow(ctx, color, width) {
  ctx.lineJoin = "round";
  ctx.strokeStyle = "#fff";
  ctx.lineWidth = width + 2;
  ctx.stroke();
  ctx.fillStyle = "#fff";
  ctx.fill();
  ctx.strokeStyle = color;
  ctx.lineWidth = width;
  ctx.stroke();
}

function ring(ctx, x, y, r, color, width) {
  ctx.beginPath();
  ctx.arc(x, y, r, 0, 2 * Math.PI);
  ctx.strokeStyle = color;
  ctx.lineWidth = width;
  ctx.stroke();
}

function cross(ctx, x, y, r) {
  ctx.lineCap = "round";
  for (const [color, width] of [["#fff", 5], [tones.ink, 2.4]]) {
    ctx.beginPath();
    ctx.moveTo(x - r, y - r);
    ctx.lineTo(x + r, y + r);
    ctx.moveTo(x + r, y - r);
    ctx.lineTo(x - r, y + r);
    ctx.strokeStyle = color;
    ctx.lineWidth = width;
    ctx.stroke();
  }
}

const SIGNS = {
  existing(ctx, x, y, r) {
    square(ctx, x, y, r * 0.72);
    solid(ctx, tones.ink);
  },
  opened(ctx, x, y, r) {
    square(ctx, x, y, r * 0.8);
    solid(ctx, tones.accent);
  },
  proposed(ctx, x, y, r) {
    polygon(ctx, x, y, star(r * 1.55));
    solid(ctx, tones.accent);
  },
  locked(ctx, x, y, r) {
    ring(ctx, x, y, r * 1.6, "#fff", 4.5);
    ring(ctx, x, y, r * 1.6, tones.accent, 1.8);
    polygon(ctx, x, y, [[0, -r], [r, 0], [0, r], [-r, 0]]);
    solid(ctx, tones.accent);
  },
  later(ctx, x, y, r) {
    polygon(ctx, x, y, star(r * 1.45));
    hollow(ctx, tones.accent, 1.4);
  },
  closed(ctx, x, y, r) {
    square(ctx, x, y, r * 0.72);
    hollow(ctx, tones.ink, 1.6);
    cross(ctx, x, y, r * 0.5);
  },
  forbidden(ctx, x, y, r) {
    cross(ctx, x, y, r * 0.72);
  },
  candidate(ctx, x, y, r) {
    square(ctx, x, y, r * 0.5);
    hollow(ctx, tones.quiet, 1.3);
  },
};

const OTHERS = {
  special_school(ctx, x, y, r) {
    polygon(ctx, x, y, [[0, -r], [r, r * 0.8], [-r, r * 0.8]]);
    solid(ctx, tones.other);
  },
  day_care(ctx, x, y, r) {
    ctx.beginPath();
    ctx.arc(x, y, r * 0.75, 0, 2 * Math.PI);
    hollow(ctx, tones.other, 2.4);
  },
};

// A wish that no plan shows yet.
function wishRing(ctx, x, y, r) {
  ring(ctx, x, y, r, "#fff", 4.5);
  ctx.setLineDash([4, 3]);
  ring(ctx, x, y, r, tones.accent, 2);
  ctx.setLineDash([]);
}

// One dot added to the path.
const SHAPES = {
  dot(ctx, x, y, r) {
    ctx.moveTo(x + r, y);
    ctx.arc(x, y, r, 0, 2 * Math.PI);
  },
  up(ctx, x, y, r) {
    const h = r * 1.25;
    ctx.moveTo(x, y - h);
    ctx.lineTo(x + h, y + h * 0.8);
    ctx.lineTo(x - h, y + h * 0.8);
    ctx.closePath();
  },
  down(ctx, x, y, r) {
    const h = r * 1.25;
    ctx.moveTo(x, y + h);
    ctx.lineTo(x + h, y - h * 0.8);
    ctx.lineTo(x - h, y - h * 0.8);
    ctx.closePath();
  },
};
SHAPES.ring = SHAPES.dot;

function paintBand(ctx, item, strong) {
  if (item.shape === "ring") {
    ctx.fillStyle = "rgba(255,255,255,.75)";
    ctx.fill();
    ctx.strokeStyle = item.color;
    ctx.lineWidth = strong ? 2 : 1.3;
    ctx.stroke();
    return;
  }
  ctx.strokeStyle = strong ? tones.ink : "rgba(255,255,255,.85)";
  ctx.lineWidth = strong ? 1.6 : 0.9;
  ctx.stroke();
  ctx.fillStyle = item.color;
  ctx.fill();
}
