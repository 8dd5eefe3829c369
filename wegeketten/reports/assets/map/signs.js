"use strict";
/* Colours of the map, light and dark, and the small signs on it: each is drawn the same in the legend. */

const LIGHT = {
  ground: "#f8f6f1",
  water: "#cfe3ee",
  green: "#e2eedb",
  building: "#e6e0d8",
  street: "#ffffff",
  streetEdge: "#d5cfc4",
  path: "#cbbfae",
  halo: "#ffffff",
  ink: "#1c1c1c",
  // Blue to red-brown, told apart with any colour vision, each at least 3:1 against the ground; the shape differs too.
  bands: ["#08427a", "#2a78b8", "#b3580e", "#8f1d14", "#2b2b2b"],
  unproven: "#6f6a62",
  place: "#5b2a86",
  blocked: "#8f1d14",
  unclear: "#6b5200",
  route: "#0b5d1e",
  mended: "#8f1d14",
  measure: "#0b5d1e",
  walk: "#5b2a86",
  site: "#7a3b00",
  gain: "#0b5d1e",
};

const DARK = {
  ...LIGHT,
  ground: "#1b1d20",
  water: "#1f3440",
  green: "#22301f",
  building: "#2b2a28",
  street: "#3b3d41",
  streetEdge: "#515459",
  path: "#55504a",
  halo: "#101214",
  ink: "#f1efe9",
  bands: ["#8cc4ff", "#5aa2e8", "#f0a24e", "#ff8a78", "#d9d5cc"],
  unproven: "#aaa59b",
  place: "#d3a4ff",
  blocked: "#ff8a78",
  unclear: "#e8c860",
  route: "#6fd88a",
  mended: "#ff8a78",
  measure: "#6fd88a",
  walk: "#d3a4ff",
  site: "#f0b070",
  gain: "#6fd88a",
};

const PAINT = { ...LIGHT };

/* Whether colours changed: the page's own follow the system by themselves, canvases do not. */
function wearColours(dark) {
  const wanted = dark ? DARK : LIGHT;
  if (PAINT.ground === wanted.ground) return false;
  Object.assign(PAINT, wanted);
  return true;
}

/* Marks of homes: the shape tells the band as the colour does; what is not proven is hollow and grey. */
function mark(context, band, x, y, r, answer) {
  const unproven = band === 4 && answer === "sure";
  context.fillStyle = context.strokeStyle = unproven ? PAINT.unproven : PAINT.bands[band];
  context.lineWidth = Math.max(1, r / 2.5);
  context.beginPath();
  if (band === 0) context.arc(x, y, r, 0, 7);
  else if (band === 1 || unproven) context.arc(x, y, r * 0.8, 0, 7);
  else if (band === 2) context.rect(x - r * 0.85, y - r * 0.85, 1.7 * r, 1.7 * r);
  else if (band === 3) {
    context.moveTo(x, y - 1.1 * r);
    context.lineTo(x + 1.1 * r, y + 0.9 * r);
    context.lineTo(x - 1.1 * r, y + 0.9 * r);
    context.closePath();
  } else {
    context.moveTo(x - r, y - r);
    context.lineTo(x + r, y + r);
    context.moveTo(x + r, y - r);
    context.lineTo(x - r, y + r);
  }
  if (band === 1) {
    context.fillStyle = PAINT.halo;
    context.fill();
    context.stroke();
  } else if (unproven) {
    context.setLineDash([2, 2]);
    context.stroke();
    context.setLineDash([]);
  } else if (band === 4) context.stroke();
  else context.fill();
}

function diamond(context, x, y, r, colour) {
  context.beginPath();
  context.moveTo(x, y - r);
  context.lineTo(x + r, y);
  context.lineTo(x, y + r);
  context.lineTo(x - r, y);
  context.closePath();
  context.fillStyle = colour;
  context.strokeStyle = PAINT.halo;
  context.lineWidth = 1.5;
  context.fill();
  context.stroke();
}

function barrierMark(context, x, y, blocked) {
  context.beginPath();
  context.arc(x, y, 6, 0, 7);
  context.fillStyle = blocked ? PAINT.blocked : PAINT.halo;
  context.strokeStyle = blocked ? PAINT.halo : PAINT.unclear;
  context.lineWidth = 1.5;
  context.fill();
  context.stroke();
  context.beginPath();
  if (blocked) {
    context.moveTo(x - 3, y);
    context.lineTo(x + 3, y);
  } else {
    context.moveTo(x, y - 3);
    context.lineTo(x, y + 1);
    context.moveTo(x, y + 2.4);
    context.lineTo(x, y + 3.4);
  }
  context.strokeStyle = blocked ? PAINT.halo : PAINT.unclear;
  context.stroke();
}

function blockedSign(context, x, y) {
  context.beginPath();
  context.moveTo(x - 9, y);
  context.lineTo(x + 9, y);
  context.setLineDash([5, 4]);
  context.strokeStyle = PAINT.blocked;
  context.lineWidth = 2;
  context.stroke();
  context.setLineDash([]);
}

/* A measure is a square with its number, filled once it is switched on. */
function measureSign(context, x, y, on, text = "1") {
  numbered(context, x, y, PAINT.measure, on, text, () => context.rect(x - 8, y - 8, 16, 16));
}

/* A place to look at is a circle with a question mark. */
function walkSign(context, x, y) {
  numbered(context, x, y, PAINT.walk, false, "?", () => context.arc(x, y, 8, 0, 7));
}

/* A new place is a drop with its number, what a district needs a wide box. */
function siteSign(context, x, y) {
  numbered(context, x, y, PAINT.site, false, "1", () => {
    context.moveTo(x - 8, y - 8);
    context.lineTo(x, y - 8);
    context.arc(x, y, 8, -Math.PI / 2, Math.PI);
    context.closePath();
  });
}

function needSign(context, x, y) {
  numbered(context, x, y, PAINT.ink, false, "2", () => context.rect(x - 10, y - 6, 20, 12));
}

function stopSign(context, x, y) {
  numbered(context, x, y, PAINT.walk, false, "H", () => context.arc(x, y, 8, 0, 7));
}

function numbered(context, x, y, colour, on, text, outline) {
  context.beginPath();
  outline();
  context.fillStyle = on ? colour : PAINT.halo;
  context.strokeStyle = colour;
  context.lineWidth = 2;
  context.fill();
  context.stroke();
  context.fillStyle = on ? PAINT.halo : colour;
  context.font = "bold 11px system-ui, sans-serif";
  context.textAlign = "center";
  context.textBaseline = "middle";
  context.fillText(text, x, y + 0.5);
}

/* Homes that gain stand in a ring. */
function gainSign(context, x, y, r = 9) {
  context.beginPath();
  context.arc(x, y, r, 0, 7);
  context.strokeStyle = PAINT.halo;
  context.lineWidth = 4;
  context.stroke();
  context.strokeStyle = PAINT.gain;
  context.lineWidth = 2;
  context.stroke();
}

function homeSign(context, x, y) {
  context.beginPath();
  context.arc(x, y, 9, 0, 7);
  context.strokeStyle = PAINT.ink;
  context.lineWidth = 3;
  context.stroke();
}

function waySign(context, x, y, colour, dashed) {
  context.beginPath();
  context.moveTo(x - 10, y);
  context.lineTo(x + 10, y);
  context.strokeStyle = colour;
  context.lineWidth = 4;
  context.setLineDash(dashed ? [6, 4] : []);
  context.stroke();
  context.setLineDash([]);
}

function districtSign(context, x, y) {
  context.beginPath();
  context.rect(x - 9, y - 7, 18, 14);
  context.setLineDash([4, 3]);
  context.strokeStyle = PAINT.ink;
  context.lineWidth = 1.5;
  context.stroke();
  context.setLineDash([]);
}

/* A district of which the map has only a piece. */
function edgeSign(context, x, y) {
  districtSign(context, x, y);
  context.beginPath();
  for (const from of [-13, -6, 1]) {
    context.moveTo(x + Math.max(from, -9), y + 7 - Math.max(0, -9 - from));
    context.lineTo(x + Math.min(from + 14, 9), y - 7 + Math.max(0, from + 5));
  }
  context.lineWidth = 1;
  context.stroke();
}

/* Squares of a share: the more are within reach, the fuller the square. */
function cellSign(context, x, y) {
  [0, 2].forEach((step, i) => fillCell(context, x - 9 + 10 * i, y - 4, 8, step));
}

const CELL_STEPS = [0.75, 0.5, 0.25, 0]; // least share of each colour, as those of the homes

function cellStep(share) {
  return CELL_STEPS.findIndex((least) => share >= least);
}

/* `step` -1: too few homes for a figure. */
function fillCell(context, left, top, size, step) {
  context.globalAlpha = step < 0 ? 1 : 0.72;
  if (step < 0) {
    context.strokeStyle = PAINT.unproven;
    context.lineWidth = 1;
    context.strokeRect(left + 1, top + 1, size - 2, size - 2);
  } else {
    context.fillStyle = PAINT.bands[step];
    context.fillRect(left, top, size, size);
  }
  context.globalAlpha = 1;
}
