"use strict";
/* What stands between a home and a service: the same question, field and answer as wegeketten/reach/why.py.
   An arc costs its time of today for nothing, or its time after the works for their price. */

/* Arcs of streets and of the doors of one service's places, with two lives each; a home is joined for each question. */
class Field {
  /* `weights`: what arcs take today, in *likely*, or with the works that are switched on; `usable`: levels of places likewise. */
  constructor(search, layer, service, weights, usable = layer.placeLevel) {
    Object.assign(this, { search, layer, weights });
    const { network, joints, doors } = search;
    const { u, v, nodes } = network;
    const edges = u.length;
    const offers = [];
    joints.place.edge.forEach((_, j) => {
      const owner = joints.place.owner[j];
      if (layer.placeJoints[j] && doors.placeService[owner] === service && usable[owner] >= LEVEL.likely) offers.push(j);
    });
    const arcs = 2 * (edges + offers.length);
    this.offers = offers;
    this.firstOffer = nodes;
    this.home = nodes + offers.length;
    this.tail = new Int32Array(arcs);
    this.head = new Int32Array(arcs);
    this.edge = new Int32Array(arcs);
    this.from = new Float64Array(arcs);
    this.to = new Float64Array(arcs);
    this.today = new Int32Array(arcs);
    this.mended = new Int32Array(arcs);
    this.back = new Uint8Array(arcs);
    this.off = new Float64Array(arcs);
    for (let e = 0; e < edges; e++) {
      for (const back of [0, 1]) this.put(2 * e + back, back ? v[e] : u[e], back ? u[e] : v[e], e, back, 1 - back, back, 0);
    }
    offers.forEach((j, i) => {
      const e = joints.place.edge[j];
      const off = search.off(layer, joints.place, j);
      for (const back of [0, 1]) {
        this.put(2 * edges + back * offers.length + i, back ? v[e] : u[e], nodes + i, e, back, joints.place.along[j], back, off);
      }
    });
    this.leaving = listsOf(this.tail, this.home);
    this.into = listsOf(this.head, this.home);
    this.look();
  }

  put(arc, tail, head, edge, from, to, back, off) {
    this.tail[arc] = tail;
    this.head[arc] = head;
    this.edge[arc] = edge;
    this.from[arc] = from;
    this.to[arc] = to;
    this.back[arc] = back;
    this.off[arc] = off;
    this.weigh(arc);
  }

  weigh(arc) {
    const { from, to, off } = this;
    const street = 2 * this.edge[arc] + this.back[arc];
    const today = this.weights[street];
    this.today[arc] = shareOf(today, from[arc], to[arc], off[arc]);
    this.mended[arc] = shareOf(Math.min(today, this.layer.mended[street]), from[arc], to[arc], off[arc]);
  }

  /* The same field once some arcs take other times: works were switched on or off. */
  reweigh(weights) {
    this.weights = weights;
    for (let arc = 0; arc < this.firstArc(); arc++) this.weigh(arc);
    this.look();
  }

  look() {
    this.timeLeft = this.toGoals(this.into, (arc) => Math.min(this.today[arc], this.helpful(arc)));
    this.priceLeft = this.toGoals(this.into, (arc) => (this.today[arc] < INF ? 0 : this.helpful(arc) < INF ? this.layer.prices[this.edge[arc]] : INF));
  }

  /* Time after the works, where they make an arc faster at all. */
  helpful(arc) {
    return this.mended[arc] < this.today[arc] && this.layer.prices[this.edge[arc]] > 0 ? this.mended[arc] : INF;
  }

  /* Least sum over the arcs from every node to the nearest goal; Infinity where there is no way. */
  toGoals(into, costOf) {
    const least = new Float64Array(this.home + 1).fill(Infinity);
    const done = new Uint8Array(this.home + 1);
    const heap = new Heap();
    for (let node = this.firstOffer; node < this.home; node++) {
      least[node] = 0;
      heap.push(0, node);
    }
    while (heap.size) {
      const node = heap.pop();
      if (done[node]) continue;
      done[node] = 1;
      for (let i = into.starts[node]; i < into.starts[node + 1]; i++) {
        const arc = into.arcs[i];
        const cost = costOf(arc);
        const tail = this.tail[arc];
        if (cost >= INF || least[node] + cost >= least[tail]) continue;
        least[tail] = least[node] + cost;
        heap.push(least[tail], tail);
      }
    }
    return least;
  }

  /* The doors of a home as arcs beyond the field's own: to both ends of its edge, and straight to places on it. */
  enter(home) {
    const { joints, network } = this.search;
    const j = this.layer.homeJointOf[home];
    this.ownArcs = [];
    if (j < 0) return false;
    const edge = joints.home.edge[j];
    const along = joints.home.along[j];
    const off = this.search.off(this.layer, joints.home, j);
    const own = (head, to, back, more) => this.ownArcs.push({ head, to, back, off: off + more });
    own(network.u[edge], 0, 1, 0);
    own(network.v[edge], 1, 0, 0);
    this.offers.forEach((p, i) => {
      const end = joints.place.along[p];
      if (joints.place.edge[p] === edge) own(this.firstOffer + i, end, end >= along ? 0 : 1, this.search.off(this.layer, joints.place, p));
    });
    const streets = this.firstArc();
    for (const name of ["tail", "head", "edge", "from", "to", "today", "mended", "back", "off"]) {
      const longer = new this[name].constructor(streets + this.ownArcs.length);
      longer.set(this[name].subarray(0, streets));
      this[name] = longer;
    }
    this.ownArcs.forEach(({ head, to, back, off: units }, i) => this.put(streets + i, this.home, head, edge, along, to, back, units));
    return true;
  }

  /* Number of the first arc of a home: as many arcs as the field has of its own. */
  firstArc() {
    return this.leaving.arcs.length;
  }

  eachLeaving(node, act) {
    if (node === this.home) {
      for (let arc = this.firstArc(); arc < this.tail.length; arc++) act(arc);
      return;
    }
    const { starts, arcs } = this.leaving;
    for (let i = starts[node]; i < starts[node + 1]; i++) act(arcs[i]);
  }

  /* The fastest way of the home once the works at `edges` are done: { units, arcs } or null. */
  fastest(edges) {
    const chosen = new Set(edges);
    const time = new Float64Array(this.home + 1).fill(Infinity);
    const via = new Int32Array(this.home + 1).fill(-1);
    const done = new Uint8Array(this.home + 1);
    const heap = new Heap();
    time[this.home] = 0;
    heap.push(0, this.home);
    while (heap.size) {
      const node = heap.pop();
      if (done[node]) continue;
      done[node] = 1;
      if (node >= this.firstOffer && node < this.home) return { units: time[node], arcs: this.wayBack(via, node) };
      this.eachLeaving(node, (arc) => {
        const units = chosen.has(this.edge[arc]) ? this.mended[arc] : this.today[arc];
        const head = this.head[arc];
        if (units >= INF || time[node] + units >= time[head]) return;
        time[head] = time[node] + units;
        via[head] = arc;
        heap.push(time[head], head);
      });
    }
    return null;
  }

  wayBack(via, node) {
    const arcs = [];
    for (let at = node; at !== this.home; at = this.tail[arcs[arcs.length - 1]]) arcs.push(via[at]);
    return arcs.reverse();
  }

  /* The cheapest works, among equal ones the fastest way, that give the home a way of at most `limit`; null where none do. */
  cheapest(limit) {
    const quickest = new Float64Array(this.home + 1).fill(Infinity);
    const labels = [{ node: this.home, from: -1, arc: -1, mend: false, price: 0, time: 0 }];
    const heap = new PairHeap();
    heap.push(0, 0, 0);
    while (heap.size) {
      const number = heap.pop();
      const { node, price, time } = labels[number];
      if (time >= quickest[node]) continue;
      quickest[node] = time;
      if (node >= this.firstOffer && node < this.home) return this.mendedOn(labels, number);
      this.eachLeaving(node, (arc) => {
        const head = this.head[arc];
        if (this.timeLeft[head] === Infinity) return;
        for (const mend of [false, true]) {
          const units = mend ? this.helpful(arc) : this.today[arc];
          if (units >= INF) continue;
          const reached = time + units;
          if (reached + this.timeLeft[head] > limit || reached >= quickest[head]) continue;
          const paid = mend ? price + this.layer.prices[this.edge[arc]] : price;
          labels.push({ node: head, from: number, arc, mend, price: paid, time: reached });
          heap.push(paid + this.priceLeft[head], reached + this.timeLeft[head], labels.length - 1);
        }
      });
    }
    return null;
  }

  mendedOn(labels, last) {
    const edges = [];
    for (let at = last; labels[at].from >= 0; at = labels[at].from) if (labels[at].mend) edges.push(this.edge[labels[at].arc]);
    return { edges: [...new Set(edges.reverse())], price: labels[last].price };
  }

  /* As `cheapest`, but an edge entered twice was paid twice: then the set may hold more than it needs. */
  opening(limit) {
    const found = this.cheapest(limit);
    if (!found || this.priceOf(found.edges) === found.price) return found && found.edges;
    let { edges } = found;
    for (const edge of found.edges) {
      const rest = edges.filter((other) => other !== edge);
      if (this.reaches(rest, limit)) edges = rest;
    }
    return edges;
  }

  priceOf(edges) {
    return edges.reduce((sum, edge) => sum + this.layer.prices[edge], 0);
  }

  reaches(edges, limit) {
    const way = this.fastest(edges);
    return way !== null && way.units <= limit;
  }

  /* Searched again: the whole set opens the way, and leaving out any one edge does not. */
  certify(edges, limit) {
    return this.reaches(edges, limit) && edges.every((left) => !this.reaches(edges.filter((edge) => edge !== left), limit));
  }

  /* Answer for one home; null where it reaches the service within the standard, or has no door. */
  explain(home, standard) {
    if (!this.enter(home)) return null;
    const now = this.fastest([]);
    if (now && now.units <= standard) return null;
    let limit = standard;
    let edges = this.opening(limit);
    const within = edges !== null;
    if (edges === null && now === null) {
      limit = INF - 1; // too far in any case: a way at all is what can be hoped for
      edges = this.opening(limit);
    }
    const today = now ? now.units : INF;
    if (edges === null) return { today, edges: [], openable: today < INF, within: false, units: today, price: 0, certified: false, way: null };
    const after = this.fastest(edges);
    const arcOfEdge = new Map();
    const steps = after.arcs.map((arc) => {
      const back = this.from[arc] > this.to[arc] ? 1 : 0;
      if (!arcOfEdge.has(this.edge[arc])) arcOfEdge.set(this.edge[arc], 2 * this.edge[arc] + back);
      return { edge: this.edge[arc], from: this.from[arc], to: this.to[arc] };
    });
    const goal = this.offers[this.head[after.arcs[after.arcs.length - 1]] - this.firstOffer];
    return {
      today,
      edges: edges.map((edge) => ({ edge, arc: arcOfEdge.get(edge) ?? 2 * edge })),
      openable: true,
      within,
      units: after.units,
      price: this.priceOf(edges),
      certified: this.certify(edges, limit),
      way: { steps, place: this.search.joints.place.owner[goal], units: after.units, blocked: edges },
    };
  }
}

/* Share of an arc's units between two positions on it, rounded at each end, as the scan does. */
function shareOf(units, from, to, off) {
  return units >= INF ? INF : Math.abs(rint(units * to) - rint(units * from)) + off;
}

/* Numbers of the arcs at each node, in ascending order. */
function listsOf(nodeOf, nodes) {
  const starts = new Int32Array(nodes + 1);
  for (const node of nodeOf) starts[node + 1]++;
  for (let n = 0; n < nodes; n++) starts[n + 1] += starts[n];
  const next = starts.slice(0, nodes);
  const arcs = new Int32Array(nodeOf.length);
  for (let arc = 0; arc < nodeOf.length; arc++) arcs[next[nodeOf[arc]]++] = arc;
  return { starts, arcs };
}

/* Smallest first by price, then time, then number: the order in which the package settles its labels. */
class PairHeap {
  constructor() {
    this.entries = [];
  }
  get size() {
    return this.entries.length;
  }
  push(price, time, item) {
    const { entries } = this;
    const entry = [price, time, item];
    let at = entries.length;
    while (at > 0) {
      const up = (at - 1) >> 1;
      if (before(entries[up], entry)) break;
      entries[at] = entries[up];
      at = up;
    }
    entries[at] = entry;
  }
  pop() {
    const { entries } = this;
    const item = entries[0][2];
    const last = entries.pop();
    if (!entries.length) return item;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= entries.length) break;
      if (child + 1 < entries.length && before(entries[child + 1], entries[child])) child++;
      if (before(last, entries[child])) break;
      entries[at] = entries[child];
      at = child;
    }
    entries[at] = last;
    return item;
  }
}

function before(a, b) {
  return a[0] !== b[0] ? a[0] < b[0] : a[1] !== b[1] ? a[1] < b[1] : a[2] < b[2];
}
