"use strict";
/* Chains of errands for every home: the same legs, doors and integers as wegeketten/planning/layered_graph.py.
   One copy of the network for each leg lies behind the other. Where a chain ends at home, the way out and the way
   back meet at a place of the rarest kind: each such place is a lane with times of its own. */

/* Arcs of the legs from home to the last of some kinds (`out`), or from there back home. Each leads from what is
   nearer to the goal to what is farther: times grow along it. */
class Legs {
  /* `kinds`: joints of the places of each kind, in the order seen from home. */
  constructor(search, layer, kinds, out) {
    Object.assign(this, { search, layer, kinds, out });
    const { network, joints } = search;
    const { nodes, u, v } = network;
    const { owner, edge, along } = joints.place;
    this.rows = kinds.map((kind) => [...new Set(kind.map((j) => owner[j]))].sort((a, b) => a - b));
    this.size = kinds.length * nodes;
    this.nodeOf = this.rows.map((rows) => new Map(rows.map((row) => [row, this.size++])));
    this.firstGoal = this.size - this.rows.at(-1).length;
    const direct = this.directDoors();
    const doors = kinds.reduce((sum, kind, leg) => sum + kind.length * (leg + 1 < kinds.length ? 4 : 2), 0);
    const count = 2 * u.length * kinds.length + doors + direct.length;
    for (const name of ["near", "far", "edge"]) this[name] = new Int32Array(count);
    for (const name of ["from", "to", "off"]) this[name] = new Float64Array(count);
    this.back = new Uint8Array(count);
    this.count = 0;
    kinds.forEach((kind, leg) => {
      const first = leg * nodes;
      for (let e = 0; e < u.length; e++) {
        this.put(first + v[e], first + u[e], e, 0, 1, 0, 0);
        this.put(first + u[e], first + v[e], e, 1, 0, 1, 0);
      }
      for (const j of kind) {
        const place = this.nodeOf[leg].get(owner[j]);
        const off = search.off(layer, joints.place, j);
        for (const [at, end] of [u, v].entries()) {
          this.put(place, first + end[edge[j]], edge[j], at, along[j], at, off);
          if (leg + 1 < kinds.length) this.put(first + nodes + end[edge[j]], place, edge[j], along[j], at, 1 - at, off);
        }
      }
    });
    for (const one of direct) this.put(...one);
    this.leaving = listsOf(this.near, this.size);
    this.onEdge = listsOf(this.edge, u.length);
  }

  /* From a place of one kind straight to one of the next on the same edge. */
  directDoors() {
    const { owner, edge, along } = this.search.joints.place;
    const off = (j) => this.search.off(this.layer, this.search.joints.place, j);
    return this.kinds.slice(1).flatMap((kind, leg) => {
      const on = groupBy(kind, (j) => edge[j]);
      return this.kinds[leg].flatMap((j) => (on.get(edge[j]) ?? []).map((next) => {
        const ends = [this.nodeOf[leg + 1].get(owner[next]), this.nodeOf[leg].get(owner[j])];
        return [...ends, edge[j], along[j], along[next], this.direction(along[j], along[next]), off(j) + off(next)];
      }));
    });
  }

  /* Whether somebody between two doors of one edge, seen from home, goes against its drawing direction; as `put` takes it. */
  direction(from, to) {
    return this.out ? Number(to < from) : 1 - Number(from < to);
  }

  /* Seen from home to the goal: positions on the edge, and whether against its drawing direction. Who comes back walks it turned. */
  put(near, far, edge, from, to, back, off) {
    const i = this.count++;
    this.near[i] = near;
    this.far[i] = far;
    this.edge[i] = edge;
    [this.from[i], this.to[i], this.back[i]] = this.out ? [from, to, back] : [to, from, 1 - back];
    this.off[i] = off;
  }

  cost(i, weights) {
    return shareOf(weights[2 * this.edge[i] + this.back[i]], this.from[i], this.to[i], this.off[i]);
  }

  costs(weights) {
    const costs = new Float64Array(this.count);
    for (let i = 0; i < costs.length; i++) costs[i] = this.cost(i, weights);
    return costs;
  }

  /* Times of all nodes to the nearest of some goals, or from it. `via`: the arc by which each is reached. */
  lane(costs, goals, via = null) {
    const time = new Float32Array(this.size).fill(Infinity); // exact up to 2^24 units, nineteen days
    const heap = (this.heap ??= new Heap()); // empty again after each lane
    for (const goal of goals) {
      time[goal] = 0;
      heap.push(0, goal);
    }
    this.spread(costs, time, heap, via ? (far, arc) => (via[far] = arc) : null);
    return time;
  }

  spread(costs, time, heap, note) {
    const { starts, arcs } = this.leaving;
    while (heap.size) {
      const reached = heap.keys[0];
      const node = heap.pop();
      if (reached > time[node]) continue;
      for (let i = starts[node]; i < starts[node + 1]; i++) {
        const arc = arcs[i];
        const then = reached + costs[arc];
        const far = this.far[arc];
        if (then >= time[far] || costs[arc] >= INF) continue;
        if (note) note(far, arc);
        time[far] = then;
        heap.push(then, far);
      }
    }
  }

  /* What a home's joint offers to all lanes: times to both ends of its edge, and straight to places on it. */
  doorsOf(weights, j) {
    const { search, layer } = this;
    const { home, place } = search.joints;
    const edge = home.edge[j];
    const along = home.along[j];
    const off = search.offOfHome(layer, j);
    const units = (at, back, more) => {
      const [from, to, bit] = this.out ? [along, at, back] : [at, along, 1 - back];
      const found = shareOf(weights[2 * edge + bit], from, to, more);
      return found < INF ? found : Infinity;
    };
    this.firstKind ??= groupBy(this.kinds[0], (p) => place.edge[p]);
    const straight = (this.firstKind.get(edge) ?? []).map((p) => ({
      p, node: this.nodeOf[0].get(place.owner[p]), units: units(place.along[p], this.direction(along, place.along[p]), off + search.off(layer, place, p)),
    }));
    return { u: search.network.u[edge], v: search.network.v[edge], byU: units(0, 1, off), byV: units(1, 0, off), straight };
  }

  /* A home's way to some goals or from them, in the direction of the walk: steps, places visited, metres. */
  trace(costs, weights, goals, j) {
    const { network, joints } = this.search;
    const { home, place } = joints;
    const via = new Int32Array(this.size).fill(-1);
    const over = overOf(this.lane(costs, goals, via), this.doorsOf(weights, j));
    const edge = home.edge[j];
    const at = over >= 0 ? place.along[over] : over === BY_U ? 0 : 1;
    const steps = [this.out ? { edge, from: home.along[j], to: at } : { edge, from: at, to: home.along[j] }];
    let off = home.off[j] + (over >= 0 ? place.off[over] : 0);
    let node = over >= 0 ? this.nodeOf[0].get(place.owner[over]) : (over === BY_U ? network.u : network.v)[edge];
    const visited = [node];
    for (; via[node] >= 0; node = this.near[via[node]], visited.push(node)) {
      const arc = via[node];
      steps.push({ edge: this.edge[arc], from: this.from[arc], to: this.to[arc] });
      off += this.off[arc] * this.layer.speed * UNIT_S;
    }
    const places = visited.filter((one) => one >= this.kinds.length * network.nodes).map((one) => this.rowAt(one));
    const metres = steps.reduce((sum, { edge: on, from, to }) => sum + (Math.abs(to - from) * network.lengthCm[on]) / 100, off);
    return this.out ? { steps, places, metres } : { steps: steps.reverse(), places: places.reverse(), metres };
  }

  rowAt(node) {
    return this.rows.flat()[node - this.kinds.length * this.search.network.nodes];
  }
}

/* Times of a chain in one answer of one profile: those of the lanes out and, where it ends at home, of the lanes back. */
class ChainTimes {
  constructor(search, layer, level, weights) {
    Object.assign(this, { search, layer, level, weights });
    /** @type {any[]} the way out, and the way back: { legs, costs, lanes } */
    this.halves = [];
  }

  /* Least time of a home's joint over all lanes; `this.lane`: which. */
  enter(j) {
    let least = Infinity;
    this.lane = -1;
    const [out, back] = this.halves;
    if (!out) return least;
    const ahead = out.legs.doorsOf(this.weights, j);
    const homeward = back?.legs.doorsOf(this.weights, j);
    for (let lane = 0; lane < out.lanes.length; lane++) {
      let time = leastBy(out.lanes[lane].time, ahead);
      if (back && time < least) time += leastBy(back.lanes[lane].time, homeward);
      if (time >= least) continue;
      least = time;
      this.lane = lane;
    }
    return least;
  }

  homeTime(j) {
    const time = this.enter(j);
    return time < INF ? time : INF;
  }

  homeTimes() {
    const { owner } = this.search.joints.home;
    const out = new Int32Array(this.search.doors.homes).fill(INF);
    for (let j = 0; j < owner.length; j++) if (this.layer.homeJoints[j]) out[owner[j]] = this.homeTime(j);
    return out;
  }

  /* The way of one home, there and back, with the places in the order of the visits; null where there is none. */
  way(home) {
    const j = this.layer.homeJointOf[home];
    const units = j < 0 ? INF : this.homeTime(j);
    if (units === INF) return null;
    const { lane } = this;
    const [out, back] = this.halves.map(({ legs, costs, lanes }) => legs.trace(costs, this.weights, lanes[lane].goals, j));
    const visits = [...out.places, ...(back?.places.slice(1) ?? [])];
    return {
      steps: [...out.steps, ...(back?.steps ?? [])], metres: out.metres + (back?.metres ?? 0), place: visits.at(-1), visits,
      returning: Boolean(back), units, blocked: [],
    };
  }
}

/* A chain as it is today. */
class ChainSweep extends ChainTimes {
  constructor(search, layer, { visit, returning }, level) {
    super(search, layer, level, search.weightsOf(layer, level));
    const { owner } = search.joints.place;
    const { placeService } = search.doors;
    const joints = [...owner.keys()].filter((j) => layer.placeJoints[j] && layer.placeLevel[owner[j]] >= Math.max(level, 1));
    const kinds = visit.map((service) => joints.filter((j) => placeService[owner[j]] === service));
    const sizes = kinds.map((kind) => new Set(kind.map((j) => owner[j])).size);
    const rarest = returning ? sizes.indexOf(Math.min(...sizes)) : kinds.length - 1;
    if (sizes.includes(0)) return;
    const make = (seen, out) => {
      const legs = new Legs(search, layer, seen, out);
      const costs = legs.costs(this.weights);
      const goals = [...legs.rows.at(-1).keys()].map((i) => legs.firstGoal + i);
      const lanes = (returning ? goals.map((goal) => [goal]) : [goals]).map((some) => ({ goals: some, time: legs.lane(costs, some) }));
      this.halves.push({ legs, costs, lanes });
    };
    make(kinds.slice(0, rarest + 1), true);
    if (returning) make(kinds.slice(rarest).reverse(), false);
  }
}

/* A chain with works switched on; see SwitchedSweep. */
class SwitchedChain extends ChainTimes {
  constructor(today, works) {
    super(today.search, today.layer, today.level, today.weights.slice());
    this.works = works;
    this.today = today;
    this.halves = today.halves.map(({ legs, costs, lanes }) => ({
      legs, costs: costs.slice(), lanes: lanes.map(({ goals, time }) => ({ goals, time: time.slice(), faster: new Set(), was: new Map() })),
    }));
    /** @type {number[]} rows switched on */
    this.rows = [];
  }

  /* Switch rows on and off and renew the homes' times, as far as they may have changed. */
  renew(allOn, allOff, times) {
    const [on, off] = [allOn, allOff].map((rows) => rows.filter((row) => row < this.works.edges.length)); // chains visit no platforms
    const gone = new Set(off);
    const rows = off.length ? [...this.rows.filter((row) => !gone.has(row)), ...on] : on;
    const edges = new Set([...on, ...off].map((row) => this.works.edges[row]));
    if (off.length) this.putBack();
    this.rows.push(...rows);
    for (const row of rows) {
      const edge = this.works.edges[row];
      for (const arc of [2 * edge, 2 * edge + 1]) this.weights[arc] = mendedWeight(this.search, this.layer, row, arc, this.level);
    }
    for (const half of this.halves) this.quicken(half, rows.map((row) => this.works.edges[row]));
    this.noteChanged(edges);
    this.search.eachHomeOn(this.layer, edges, (j, home) => (times[home] = this.homeTime(j)));
  }

  putBack() {
    for (const row of this.rows) {
      const edge = this.works.edges[row];
      for (const arc of [2 * edge, 2 * edge + 1]) this.weights[arc] = this.today.weights[arc];
      for (const [h, { legs, costs }] of this.halves.entries()) {
        for (let i = legs.onEdge.starts[edge]; i < legs.onEdge.starts[edge + 1]; i++) costs[legs.onEdge.arcs[i]] = this.today.halves[h].costs[legs.onEdge.arcs[i]];
      }
    }
    for (const [h, { lanes }] of this.halves.entries()) {
      for (const [l, { time, faster, was }] of lanes.entries()) {
        for (const node of faster) {
          was.set(node, time[node]);
          time[node] = this.today.halves[h].lanes[l].time[node];
        }
        faster.clear();
      }
    }
    this.rows = [];
  }

  /* Only where a time is another than before may a home's be. */
  noteChanged(edges) {
    for (const { legs, lanes } of this.halves) {
      for (const { time, was } of lanes) {
        for (const [node, before] of was) if (time[node] !== before) this.around(legs, node, edges);
        was.clear();
      }
    }
  }

  /* Edges on which homes may notice that a node's time has changed. */
  around(legs, node, edges) {
    const { lists, network, joints } = this.search;
    if (node < network.nodes) for (let i = lists.starts[node]; i < lists.starts[node + 1]; i++) edges.add(lists.arcs[i] >> 1);
    if (node < legs.kinds.length * network.nodes) return;
    legs.joinedBy ??= groupBy(legs.kinds[0], (p) => legs.nodeOf[0].get(joints.place.owner[p]));
    for (const p of legs.joinedBy.get(node) ?? []) edges.add(joints.place.edge[p]);
  }

  quicken({ legs, costs, lanes }, changed) {
    const { starts, arcs } = legs.onEdge;
    const lower = [];
    for (const edge of changed) {
      for (let i = starts[edge]; i < starts[edge + 1]; i++) {
        const cost = legs.cost(arcs[i], this.weights);
        if (cost >= costs[arcs[i]]) continue;
        costs[arcs[i]] = cost;
        lower.push(arcs[i]);
      }
    }
    for (const { time, faster, was } of lanes) {
      const heap = (legs.heap ??= new Heap());
      const note = (node) => {
        faster.add(node);
        if (!was.has(node)) was.set(node, time[node]);
      };
      for (const arc of lower) {
        const then = time[legs.near[arc]] + costs[arc];
        if (then >= time[legs.far[arc]]) continue;
        note(legs.far[arc]);
        time[legs.far[arc]] = then;
        heap.push(then, legs.far[arc]);
      }
      legs.spread(costs, time, heap, note);
    }
  }
}

/* Least time of a home's doors in a lane. */
function leastBy(time, { u, v, byU, byV, straight }) {
  let least = Math.min(time[u] + byU, time[v] + byV);
  for (let i = 0; i < straight.length; i++) least = Math.min(least, time[straight[i].node] + straight[i].units);
  return least;
}

/* By which door: BY_U, BY_V or the joint of a place. */
function overOf(time, doors) {
  const least = leastBy(time, doors);
  if (time[doors.u] + doors.byU === least) return BY_U;
  if (time[doors.v] + doors.byV === least) return BY_V;
  return doors.straight.find(({ node, units }) => time[node] + units === least).p;
}

function groupBy(items, keyOf) {
  const groups = new Map();
  for (const item of items) {
    const key = keyOf(item);
    if (groups.has(key)) groups.get(key).push(item);
    else groups.set(key, [item]);
  }
  return groups;
}
