"use strict";
/* Canvas tiles: the light base, and above it what the answer colours. */

const CanvasTiles = L.GridLayer.extend({
  initialize(paint, options) {
    this.paint = paint;
    L.GridLayer.prototype.initialize.call(this, { tileSize: 256, updateWhenZooming: false, keepBuffer: 1, ...options });
  },
  createTile(coords) {
    const ratio = Math.min(window.devicePixelRatio || 1, 2);
    const canvas = document.createElement("canvas");
    canvas.width = canvas.height = 256 * ratio;
    canvas.coords = coords;
    this.draw(canvas);
    return canvas;
  },
  draw(canvas) {
    const ratio = canvas.width / 256;
    const context = canvas.getContext("2d");
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.clearRect(0, 0, 256, 256);
    const { x, y, z } = canvas.coords;
    const size = 2 ** -z;
    const margin = (12 / 256) * size;
    this.paint(context, {
      z,
      scale: 256 / size,
      left: x * size,
      top: y * size,
      box: [x * size - margin, y * size - margin, (x + 1) * size + margin, (y + 1) * size + margin],
    });
  },
  /* Draw again in place: no flicker, nothing new to lay out. Of all tiles, or of those of which `stale` is true;
     what lies outside the window follows when the page has answered. */
  repaint(stale = null, atOnce = false) {
    this.due ??= new Set();
    for (const { el } of Object.values(this._tiles ?? {})) if (!stale || stale(el.coords)) this.due.add(el);
    for (const el of this.due) if (atOnce || this.inWindow(el.coords)) this.drawDue(el);
    if (this.due.size) setTimeout(() => this.due.forEach((el) => this.drawDue(el)));
  },
  drawDue(canvas) {
    this.due.delete(canvas);
    this.draw(canvas);
  },
  inWindow({ x, y, z }) {
    if (!this._map || this._map.getZoom() !== z) return true;
    const { min, max } = this._map.getPixelBounds();
    return 256 * (x + 1) > min.x && 256 * x < max.x && 256 * (y + 1) > min.y && 256 * y < max.y;
  },
});

function trace(context, tile, shapes, i) {
  const { x, y, starts } = shapes;
  for (let p = starts[i]; p < starts[i + 1]; p++) {
    const px = (x[p] - tile.left) * tile.scale;
    const py = (y[p] - tile.top) * tile.scale;
    if (p === starts[i]) context.moveTo(px, py);
    else context.lineTo(px, py);
  }
}

function basePainter(base, network, networkGrid) {
  const grid = Grid.ofLines(base);
  return (context, tile) => {
    const colours = [PAINT.water, PAINT.green, PAINT.building];
    context.fillStyle = PAINT.ground;
    context.fillRect(0, 0, 256, 256);
    const here = grid.within(...tile.box);
    for (const klass of [1, 0, 2]) {
      if (klass === 2 && tile.z < 14) continue;
      context.beginPath();
      for (const i of here) if (base.klass[i] === klass) trace(context, tile, base, i);
      context.fillStyle = colours[klass];
      context.fill();
    }
    const edges = networkGrid.within(...tile.box);
    const widths = tile.z >= 16 ? [7, 5, 1.6] : tile.z >= 14 ? [4, 2.6, 1] : [2, 1.2, 0.6];
    context.lineCap = context.lineJoin = "round";
    const stroke = (major, colour, width) => {
      context.beginPath();
      for (const e of edges) if (MAJOR.includes(network.kind[e]) === major) trace(context, tile, network, e);
      context.strokeStyle = colour;
      context.lineWidth = width;
      context.stroke();
    };
    stroke(true, PAINT.streetEdge, widths[0]);
    stroke(true, PAINT.street, widths[1]);
    if (tile.z >= 14) stroke(false, PAINT.path, widths[2]);
  };
}

/* A mark drawn once, to be stamped: much faster than a path for each of many homes. */
function stampOf(stamps, band, r, ratio, answer) {
  const key = `${band}/${r}/${ratio}/${answer}/${PAINT.ground}`;
  if (!stamps.has(key)) {
    const canvas = document.createElement("canvas");
    canvas.width = canvas.height = 2 * Math.ceil((1.3 * r + 1) * ratio);
    const context = canvas.getContext("2d");
    context.scale(ratio, ratio);
    mark(context, band, canvas.width / 2 / ratio, canvas.width / 2 / ratio, r, answer);
    stamps.set(key, canvas);
  }
  return stamps.get(key);
}

/* Stamp the homes of each band, the best reached on top; of equal marks on one pixel only one. */
function stampHomes(context, tile, homes, bands, doors, stamps, answer) {
  const ratio = context.canvas.width / 256;
  const r = markRadius(tile.z);
  const margin = 16;
  const side = Math.ceil((256 + 2 * margin) * ratio);
  const taken = new Uint8Array(side * side);
  context.setTransform(1, 0, 0, 1, 0, 0);
  for (let band = 4; band >= 0; band--) {
    const stamp = stampOf(stamps, band, r, ratio, answer);
    const half = stamp.width / 2;
    for (const i of homes) {
      if (bands[i] !== band) continue;
      const x = Math.round((doors.homeX[i] - tile.left) * tile.scale * ratio);
      const y = Math.round((doors.homeY[i] - tile.top) * tile.scale * ratio);
      if (x < -half || y < -half || x > 256 * ratio + half || y > 256 * ratio + half) continue;
      const pixel = (y + margin * ratio) * side + x + margin * ratio;
      if (taken[pixel] === band + 1) continue;
      taken[pixel] = band + 1;
      context.drawImage(stamp, x - half, y - half);
    }
  }
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
}

function markRadius(z) {
  return z >= 17 ? 7 : z >= 16 ? 5.5 : z >= 15 ? 4 : z >= 14 ? 3 : z >= 13 ? 2.2 : 1.6;
}

const BARRIER_ZOOM = 15;

/* What an answer colours: blocked ways, homes or cells, places, barriers. `view` is read anew at each painting.
   `before`: as it is today, whatever is switched on. */
function answerPainter(view, model, before) {
  const stamps = new Map();
  const { network, doors } = model;
  return (context, tile) => {
    const at = (x, y) => [(x - tile.left) * tile.scale, (y - tile.top) * tile.scale];
    const edges = view.show.barriers && tile.z >= BARRIER_ZOOM ? model.edgeGrid.within(...tile.box) : [];
    if (edges.length) {
      context.beginPath();
      for (const e of edges) if (view.isBlocked(e, before) && network.lengthCm[e] > 100) trace(context, tile, network, e);
      context.setLineDash([5, 4]);
      context.strokeStyle = PAINT.blocked;
      context.lineWidth = 2;
      context.stroke();
      context.setLineDash([]);
    }
    const r = markRadius(tile.z);
    if (view.show.homes && tile.z <= CELL_ZOOM) paintCells(context, tile, view.cells(before, tile.z));
    else if (view.show.homes) {
      const homes = model.homeGrid.within(...tile.box);
      stampHomes(context, tile, homes, before ? view.before : view.bands, doors, stamps, view.answer);
      if (!before) for (const i of homes) if (view.gained[i]) gainSign(context, ...at(doors.homeX[i], doors.homeY[i]), r + 3);
    }
    for (const e of edges) {
      const state = view.pointState(e, before);
      if (state !== null) barrierMark(context, ...at(...edgeMiddle(network, e)), state === "blocked");
    }
    if (view.show.places && (tile.z > CELL_ZOOM || countPlaces(doors, view.services) <= MOST_PLACES_FAR)) {
      for (const i of model.placeGrid.within(...tile.box)) {
        if (view.services.includes(doors.placeService[i])) diamond(context, ...at(doors.placeX[i], doors.placeY[i]), tile.z < 12 ? 3 : Math.max(5, r + 2), PAINT.place);
      }
    }
  };
}

const MOST_PLACES_FAR = 400; // more would hide the homes' squares under them

/* Places of some services; counted once for each choice of them. */
function countPlaces(doors, services) {
  doors.counts ??= new Map();
  const key = services.join();
  if (!doors.counts.has(key)) doors.counts.set(key, doors.placeService.reduce((sum, service) => sum + Number(services.includes(service)), 0));
  return doors.counts.get(key);
}

/* Which tiles show any of some boxes [x0, y0, x1, y1, …], or what is drawn around them as far as `reach` at a zoom. */
function tilesWith(boxes, reach) {
  return ({ x, y, z }) => {
    const size = 2 ** -z;
    const margin = (32 / 256) * size + reach(z);
    const [left, top, right, bottom] = [x * size - margin, y * size - margin, (x + 1) * size + margin, (y + 1) * size + margin];
    for (let i = 0; i < boxes.length; i += 4) if (boxes[i] < right && boxes[i + 1] < bottom && boxes[i + 2] > left && boxes[i + 3] > top) return true;
    return false;
  };
}

function paintCells(context, tile, { size, rows }) {
  const side = size * tile.scale;
  for (const { x, y, step } of rows) {
    if (x + size < tile.box[0] || y + size < tile.box[1] || x > tile.box[2] || y > tile.box[3]) continue;
    fillCell(context, (x - tile.left) * tile.scale, (y - tile.top) * tile.scale, side - 0.5, step);
  }
}

function edgeMiddle(network, e) {
  const { starts, x, y } = network;
  const first = starts[e];
  const last = starts[e + 1] - 1;
  if (last - first > 1) return [x[(first + last) >> 1], y[(first + last) >> 1]];
  return [(x[first] + x[last]) / 2, (y[first] + y[last]) / 2];
}

/* The line of a way as Leaflet positions. */
function wayLine(network, steps) {
  const line = [];
  const { starts, x, y } = network;
  for (const { edge, from, to } of steps) {
    const cut = cutLine(x.subarray(starts[edge], starts[edge + 1]), y.subarray(starts[edge], starts[edge + 1]), Math.min(from, to), Math.max(from, to));
    if (to < from) cut.reverse();
    for (const [px, py] of cut) line.push(latLng(px, py));
  }
  return line;
}

function cutLine(x, y, from, to) {
  const reach = [0];
  for (let i = 1; i < x.length; i++) reach.push(reach[i - 1] + Math.hypot(x[i] - x[i - 1], y[i] - y[i - 1]));
  const total = reach[reach.length - 1];
  const at = (share) => {
    let i = 1;
    while (i < reach.length - 1 && reach[i] < share * total) i++;
    const span = reach[i] - reach[i - 1] || 1;
    const t = Math.min(1, Math.max(0, (share * total - reach[i - 1]) / span));
    return [x[i - 1] + t * (x[i] - x[i - 1]), y[i - 1] + t * (y[i] - y[i - 1])];
  };
  if (x.length < 2 || !total) return [[x[0], y[0]]];
  const line = [at(from)];
  for (let i = 1; i < x.length - 1; i++) if (reach[i] > from * total && reach[i] < to * total) line.push([x[i], y[i]]);
  line.push(at(to));
  return line;
}
