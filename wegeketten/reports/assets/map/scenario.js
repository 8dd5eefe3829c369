"use strict";
/* The same question once some works are done: as `compare --measures` answers it. Works only ever open arcs or make
   them faster, so a switched edge changes the times of those nodes alone that gain by it. Those are searched and
   written down; switching off puts them back and searches again from what is still on. */

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
  return { after, level };
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
    Object.assign(this, today); // offers, level and layer stay as they are
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
    const edges = [...on, ...off].map((row) => this.works.edges[row]);
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
    for (const row of this.rows) {
      const edge = this.works.edges[row];
      for (const arc of [2 * edge, 2 * edge + 1]) this.weights[arc] = weights[arc];
    }
    this.nodes = [];
    this.rows = [];
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
    for (const row of rows) {
      const edge = works.edges[row];
      for (const arc of [2 * edge, 2 * edge + 1]) weights[arc] = mendedWeight(search, this.layer, row, arc, this.level);
    }
    for (const row of rows) this.enterBy(works.edges[row], better);
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
    if (!this.offered[edge]) return;
    const places = search.joints.place;
    for (const p of search.offersOn(this, edge)) {
      const off = search.off(this.layer, places, p);
      if (ahead !== INF) better(u[edge], part(ahead, places.along[p]) + off, -1, p);
      if (back !== INF) better(v[edge], back - part(back, places.along[p]) + off, -1, p);
    }
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
