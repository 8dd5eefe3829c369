"use strict";
/* The same question once some works are done: as `compare --measures` answers it. Works only ever open arcs or make
   them faster, or let somebody board at a platform, so what is switched changes the times of those nodes alone that
   gain by it. Those are searched and written down; switching off puts them back and searches again from what is
   still on. */

/* Rows of the works, and what they make of one profile's arcs. Each limit that can be set on the page has two bits,
   as have all others together: a level is the least of them, with `own` levels of limits that were set. */
function worksOf(works, { columns, units }, own = []) {
  const { edges } = works;
  const after = new Int32Array(2 * edges.length);
  const level = new Uint8Array(after.length);
  const kept = [...OWN_LIMITS.keys(), OWN_LIMITS.length].filter((part) => !own.some(({ name }) => name === OWN_LIMITS[part]));
  for (const [back, way] of ["ahead", "back"].entries()) {
    const parts = columns["switched_parts_" + way];
    const added = columns["switched_" + way];
    for (let row = 0; row < edges.length; row++) {
      let least = 3;
      for (const part of kept) least = Math.min(least, (parts[row] >> (2 * part)) & 3);
      for (const { levels } of own) least = Math.min(least, levels[2 * row + back]);
      level[2 * row + back] = least;
      after[2 * row + back] = units[2 * edges[row] + back] + added[row];
    }
  }
  return { after, level, places: columns.switched_places };
}

/* In how many answers a place can be used with some rows switched on. */
function placeLevels(layer, works, rows) {
  const levels = layer.placeLevel.slice();
  for (const row of rows) {
    const place = placeOf(works, row);
    if (place >= 0) levels[place] = Math.max(levels[place], layer.works.places[row - works.edges.length]);
  }
  return levels;
}

/* Weights of a level with some rows switched on. */
function weightsAfter(search, layer, works, rows, level) {
  const weights = search.weightsOf(layer, level).slice();
  for (const row of rows) {
    const edge = works.edges[row];
    for (const arc of row < works.edges.length ? [2 * edge, 2 * edge + 1] : []) weights[arc] = mendedWeight(search, layer, row, arc, level);
  }
  return weights;
}

/* Weight of an arc after the works of a row: the faster of today's and the mended one. */
function mendedWeight(search, layer, row, arc, level) {
  const today = search.weight(layer, arc, level);
  const at = 2 * row + (arc & 1);
  return layer.works.level[at] >= Math.max(level, 1) ? Math.min(today, layer.works.after[at]) : today;
}

/* One sweep with works switched on: its own times and weights above those of today. */
class SwitchedSweep {
  constructor(search, works, today) {
    Object.assign(this, today); // level and layer stay as they are, offers until a platform is raised
    this.search = search;
    this.works = works;
    this.today = today;
    for (const name of ["time", "next", "goal", "weights"]) this[name] = today[name].slice();
    this.changed = new Uint8Array(this.time.length);
    /** @type {number[]} nodes that are faster than today */
    this.nodes = [];
    /** @type {number[]} rows switched on */
    this.rows = [];
  }

  /* Switch rows on and off; returns nodes whose time may have changed. */
  change(on, off) {
    const touched = [];
    let rows = on;
    if (off.length) {
      const gone = new Set(off);
      rows = [...this.rows.filter((row) => !gone.has(row)), ...on];
      touched.push(...this.nodes);
      this.putBack();
    }
    this.rows.push(...rows);
    this.spread(rows, touched);
    return touched;
  }

  /* Switch rows on and off and renew the homes' times, as far as they may have changed. */
  renew(on, off, times) {
    const edges = edgesOf(this.works, this.search.joints.place, [...on, ...off]);
    this.search.timesAround(this, this.change(on, off), edges, times);
  }

  putBack() {
    const { time, next, goal, weights } = this.today;
    for (const node of this.nodes) {
      this.time[node] = time[node];
      this.next[node] = next[node];
      this.goal[node] = goal[node];
      this.changed[node] = 0;
    }
    for (const row of this.onEdges(this.rows)) {
      const edge = this.works.edges[row];
      for (const arc of [2 * edge, 2 * edge + 1]) this.weights[arc] = weights[arc];
    }
    for (const name of ["offer", "offered", "byEdge"]) this[name] = this.today[name];
    this.nodes = [];
    this.rows = [];
  }

  onEdges(rows) {
    return rows.filter((row) => row < this.works.edges.length);
  }

  /* Joints of platforms at which the switched rows let this profile board, which it could not before. */
  newOffers(rows) {
    const { search, works, layer, level } = this;
    const joints = search.joints.place;
    return rows.flatMap((row) => {
      const place = placeOf(works, row);
      if (place < 0 || search.doors.placeService[place] !== this.service || layer.placeLevel[place] >= level) return [];
      if (layer.works.places[row - works.edges.length] < level) return [];
      return jointsOfPlace(joints, place).filter((j) => layer.placeJoints[j]);
    });
  }

  /* Platforms that serve now: known on their edges, for homes on the same edge. */
  offerAt(found) {
    if (!found.length) return;
    this.offer = [...this.offer, ...found];
    this.offered = this.offered.slice();
    for (const j of found) this.offered[this.search.joints.place.edge[j]] = 1;
    this.byEdge = undefined;
  }

  spread(rows, touched) {
    const { search, works, weights, time } = this;
    const { u, v } = search.network;
    const heap = new Heap();
    const better = (node, reached, arc, goal) => {
      if (reached >= time[node]) return;
      time[node] = reached;
      this.next[node] = arc;
      this.goal[node] = goal;
      if (!this.changed[node]) {
        this.changed[node] = 1;
        this.nodes.push(node);
      }
      touched.push(node);
      heap.push(reached, node);
    };
    const edges = this.onEdges(rows);
    for (const row of edges) {
      const edge = works.edges[row];
      for (const arc of [2 * edge, 2 * edge + 1]) weights[arc] = mendedWeight(search, this.layer, row, arc, this.level);
    }
    const found = this.newOffers(rows);
    this.offerAt(found);
    for (const row of edges) this.enterBy(works.edges[row], better);
    for (const j of found) this.enterAt(j, better);
    while (heap.size) {
      const reached = heap.keys[0];
      const node = heap.pop();
      if (reached > time[node]) continue;
      search.eachEntering(node, weights, (arc, tail) => better(tail, time[node] + weights[arc], arc, this.goal[node]));
    }
  }

  /* What an edge offers to its own two ends: the other end, and the places on it. */
  enterBy(edge, better) {
    const { search, weights, time } = this;
    const { u, v } = search.network;
    const ahead = weights[2 * edge];
    const back = weights[2 * edge + 1];
    if (ahead !== INF) better(u[edge], time[v[edge]] + ahead, 2 * edge, this.goal[v[edge]]);
    if (back !== INF) better(v[edge], time[u[edge]] + back, 2 * edge + 1, this.goal[u[edge]]);
    if (this.offered[edge]) for (const p of search.offersOn(this, edge)) this.enterAt(p, better);
  }

  /* What a place offers to the two ends of its edge. */
  enterAt(p, better) {
    const { search, weights } = this;
    const { u, v } = search.network;
    const places = search.joints.place;
    const edge = places.edge[p];
    const off = search.off(this.layer, places, p);
    const ahead = weights[2 * edge];
    const back = weights[2 * edge + 1];
    if (ahead !== INF) better(u[edge], part(ahead, places.along[p]) + off, -1, p);
    if (back !== INF) better(v[edge], back - part(back, places.along[p]) + off, -1, p);
  }
}

function switchable(search, works, sweep) {
  return sweep instanceof ChainSweep ? new SwitchedChain(sweep, works) : new SwitchedSweep(search, works, sweep);
}

/* The three answers of one profile and service, today and with works switched on. */
class Scenario {
  constructor(search, works, sweeps, times) {
    Object.assign(this, { search, works });
    this.before = { sweeps, times };
    this.sweeps = {};
    this.times = {};
    for (const answer of Object.keys(sweeps)) {
      this.sweeps[answer] = switchable(search, works, sweeps[answer]);
      this.times[answer] = times[answer].slice();
    }
    this.on = new Set();
  }

  /* Make exactly these rows the ones that are on. */
  set(rows) {
    const wanted = new Set(rows);
    const on = [...wanted].filter((row) => !this.on.has(row));
    const off = [...this.on].filter((row) => !wanted.has(row));
    for (const [answer, sweep] of Object.entries(this.sweeps)) sweep.renew(on, off, this.times[answer]);
    this.on = wanted;
  }
}
