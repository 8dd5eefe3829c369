"use strict";
/* How far one gets from a home: the ways within some minutes for two profiles, side by side at one scale. */

const AREA_MINUTES = [5, 10, 15, 20, 30];
const AREA_PIXELS = 150;

/* Times from a home to every node, Infinity beyond the limit; and the home's own edge with its ends. */
function timesFrom(search, layer, home, weights, limit) {
  const { u, v, nodes } = search.network;
  const joints = search.joints.home;
  const time = new Float64Array(nodes).fill(Infinity);
  const j = layer.homeJointOf[home];
  if (j < 0) return { time, off: 0, edge: -1, along: 0 };
  search.leaving ??= leavingLists(search.network);
  const { starts, arcs } = search.leaving;
  const heap = new Heap();
  const edge = joints.edge[j];
  const along = joints.along[j];
  const off = search.off(layer, joints, j);
  const seed = (node, reached) => {
    if (reached >= time[node] || reached > limit) return;
    time[node] = reached;
    heap.push(reached, node);
  };
  if (weights[2 * edge] !== INF) seed(v[edge], weights[2 * edge] - part(weights[2 * edge], along) + off);
  if (weights[2 * edge + 1] !== INF) seed(u[edge], part(weights[2 * edge + 1], along) + off);
  while (heap.size) {
    const reached = heap.keys[0];
    const node = heap.pop();
    if (reached > time[node]) continue;
    for (let i = starts[node]; i < starts[node + 1]; i++) {
      const arc = arcs[i];
      if (weights[arc] !== INF) seed(arc & 1 ? u[arc >> 1] : v[arc >> 1], reached + weights[arc]);
    }
  }
  return { time, off, edge, along };
}

/* Arcs leaving each node. */
function leavingLists({ u, v, nodes }) {
  const tails = new Int32Array(2 * u.length);
  for (let e = 0; e < u.length; e++) [tails[2 * e], tails[2 * e + 1]] = [u[e], v[e]];
  return listsOf(tails, nodes);
}

/* Pieces of edges that are reached: [edge, from, to], and how many homes are. */
function reachedFrom(search, layer, home, weights, limit) {
  const { u, v, lengthCm } = search.network;
  const { time, off, edge: own, along } = timesFrom(search, layer, home, weights, limit);
  const pieces = [];
  let metres = 0;
  const add = (e, from, to) => {
    if (to <= from) return;
    pieces.push([e, from, to]);
    metres += ((to - from) * lengthCm[e]) / 100;
  };
  for (let e = 0; e < u.length; e++) {
    const ahead = reachAlong(time[u[e]], weights[2 * e], limit);
    const back = reachAlong(time[v[e]], weights[2 * e + 1], limit);
    if (ahead + back >= 1) add(e, 0, 1);
    else {
      add(e, 0, ahead);
      add(e, 1 - back, 1);
    }
    if (e === own && off <= limit) add(e, ...aroundHome(along, off, weights[2 * e], weights[2 * e + 1], limit));
  }
  return { pieces, metres, homes: homesWithin(search, layer, time, weights, limit) };
}

/* Share of an arc that is walked within the limit. */
function reachAlong(start, weight, limit) {
  if (!(start <= limit) || weight === INF) return 0;
  return weight === 0 ? 1 : Math.min(1, (limit - start) / weight);
}

function aroundHome(along, off, ahead, back, limit) {
  const share = (weight) => (weight === INF ? 0 : weight === 0 ? 1 : (limit - off) / weight);
  return [Math.max(0, along - share(back)), Math.min(1, along + share(ahead))];
}

/* Homes whose door is within the limit. */
function homesWithin(search, layer, time, weights, limit) {
  const { u, v } = search.network;
  const joints = search.joints.home;
  let homes = 0;
  for (let j = 0; j < joints.edge.length; j++) {
    if (!layer.homeJoints[j]) continue;
    const edge = joints.edge[j];
    const ahead = weights[2 * edge] === INF ? Infinity : time[u[edge]] + part(weights[2 * edge], joints.along[j]);
    const back = weights[2 * edge + 1] === INF ? Infinity : time[v[edge]] + weights[2 * edge + 1] - part(weights[2 * edge + 1], joints.along[j]);
    if (Math.min(ahead, back) + search.off(layer, joints, j) <= limit) homes += search.doors.merged?.[joints.owner[j]] ?? 1;
  }
  return homes;
}

function areaParts(model, home) {
  const others = model.config.profiles.map((profile, i) => ({ name: profile.name, i })).filter(({ i }) => i !== model.state.profile);
  if (model.state.layer.homeJointOf[home] < 0) return [];
  const host = element("div", { cls: "areas" });
  const minutesBox = select(AREA_MINUTES.map((one) => ({ name: minutes(60 * one), i: one })), model.areaMinutes ?? 15);
  const otherBox = others.length ? select(others, others.some(({ i }) => i === model.areaOther) ? model.areaOther : others[0].i) : null;
  const draw = () => {
    model.areaMinutes = Number(minutesBox.value);
    if (otherBox) model.areaOther = Number(otherBox.value);
    model.drawAreas(home, host);
  };
  for (const box of [minutesBox, otherBox]) box?.addEventListener("change", draw);
  const labels = [element("label", { text: say("area_minutes"), children: [minutesBox] })];
  if (otherBox) labels.push(element("label", { text: say("area_other"), children: [otherBox] }));
  const details = element("details", { children: [element("summary", { text: say("area_title") }), element("div", { cls: "tools", children: labels }), host] });
  if (model.areaOpen) details.open = true;
  details.addEventListener("toggle", () => {
    model.areaOpen = details.open;
    if (details.open) draw();
  });
  return [details];
}

function select(entries, chosen) {
  const made = element("select", { children: entries.map(({ name, i }) => element("option", { text: name, value: String(i) })) });
  made.value = String(chosen);
  return made;
}

const areas = {
  /* The area of one home for the profile that is chosen: metres of ways, homes, and the longest time, in units. */
  areaOf(home, limit) {
    const { layer, sweeps } = this.state;
    const { metres: length, homes } = reachedFrom(this.search, layer, home, sweeps.likely.weights, limit);
    const { time } = timesFrom(this.search, layer, home, sweeps.likely.weights, limit);
    const furthest = time.reduce((most, one) => (Number.isFinite(one) ? Math.max(most, one) : most), 0);
    return { metres: length, homes, furthest };
  },

  async drawAreas(home, host) {
    const limit = Math.floor((60 * this.areaMinutes) / UNIT_S);
    const layers = [this.state.layer];
    if (this.areaOther !== undefined && this.areaOther !== this.state.profile) layers.push(await this.layer(this.areaOther));
    const found = layers.map((layer) => ({ layer, ...reachedFrom(this.search, layer, home, this.likelyWeights(layer), limit) }));
    const box = boxOf(this.network, found.flatMap(({ pieces }) => pieces.map(([edge]) => edge)), [this.doors.homeX[home], this.doors.homeY[home]]);
    host.replaceChildren(...found.map((one, i) => this.areaFigure(home, one, box, i)));
  },

  /* What arcs take in the answer *likely*, with the measures that are switched on. */
  likelyWeights(layer) {
    if (layer === this.state.layer) return this.state.sweeps.likely.weights;
    const weights = this.search.weightsOf(layer, LEVEL.likely);
    if (!this.state.scenario || this.state.time === "before") return weights;
    this.layerWorks(layer);
    return weightsAfter(this.search, layer, this.works, this.state.on, LEVEL.likely);
  },

  areaFigure(home, { layer, pieces, metres: length, homes }, box, i) {
    const canvas = element("canvas", { width: String(2 * AREA_PIXELS), height: String(2 * AREA_PIXELS), cls: "area", role: "img" });
    const told = say("area_told", { profile: layer.name, minutes: minutes(60 * this.areaMinutes), length: metres(length), homes: number(homes) });
    canvas.setAttribute("aria-label", told);
    this.drawArea(canvas.getContext("2d"), home, pieces, box, i ? PAINT.bands[2] : PAINT.bands[1]);
    return element("figure", { children: [canvas, element("figcaption", { text: told })] });
  },

  drawArea(context, home, pieces, box, colour) {
    const side = 2 * AREA_PIXELS;
    const scale = (side - 16) / Math.max(box[2] - box[0], box[3] - box[1]);
    const at = (x, y) => [8 + (x - box[0]) * scale, 8 + (y - box[1]) * scale];
    const { starts, x, y } = this.network;
    context.fillStyle = PAINT.ground;
    context.fillRect(0, 0, side, side);
    const stroke = (lines, style, width) => {
      context.beginPath();
      for (const line of lines) line.forEach(([px, py], p) => (p ? context.lineTo(...at(px, py)) : context.moveTo(...at(px, py))));
      context.strokeStyle = style;
      context.lineWidth = width;
      context.lineCap = "round";
      context.stroke();
    };
    const lineOf = (e, from, to) => cutLine(x.subarray(starts[e], starts[e + 1]), y.subarray(starts[e], starts[e + 1]), from, to);
    stroke([...this.edgeGrid.within(...box)].map((e) => lineOf(e, 0, 1)), PAINT.path, 1);
    stroke(pieces.map(([e, from, to]) => lineOf(e, from, to)), colour, 4);
    homeSign(context, ...at(this.doors.homeX[home], this.doors.homeY[home]));
  },
};

/* The box around edges and a point. */
function boxOf({ starts, x, y }, edges, [px, py]) {
  const box = [px - 1e-6, py - 1e-6, px + 1e-6, py + 1e-6];
  for (const e of edges) {
    for (let p = starts[e]; p < starts[e + 1]; p++) {
      box[0] = Math.min(box[0], x[p]);
      box[1] = Math.min(box[1], y[p]);
      box[2] = Math.max(box[2], x[p]);
      box[3] = Math.max(box[3], y[p]);
    }
  }
  return box;
}
