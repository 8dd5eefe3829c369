"use strict";
/* Times and ways on the network: the same rules, and the same integers, as wegeketten/joins/endpoints.py. */

const BLOCKED_COST = 1e8; // more than any way takes: the fewest blocked arcs come first, then the time

const BY_U = -1;
const BY_V = -2;
const NOWHERE = -3;

/* Numpy's rint: halves go to the even neighbour. */
function rint(x) {
  const floor = Math.floor(x);
  const rest = x - floor;
  if (rest < 0.5) return floor;
  if (rest > 0.5) return floor + 1;
  return floor % 2 === 0 ? floor : floor + 1;
}

/* Arcs entering each node, as compressed lists. */
function entering(network) {
  const { nodes, u, v } = network;
  const starts = new Int32Array(nodes + 1);
  for (let e = 0; e < u.length; e++) {
    starts[v[e] + 1]++;
    starts[u[e] + 1]++;
  }
  for (let n = 0; n < nodes; n++) starts[n + 1] += starts[n];
  const next = starts.slice(0, nodes);
  const arcs = new Int32Array(2 * u.length);
  for (let e = 0; e < u.length; e++) {
    arcs[next[v[e]]++] = 2 * e;
    arcs[next[u[e]]++] = 2 * e + 1;
  }
  return { starts, arcs };
}

class Heap {
  constructor() {
    this.keys = new Float64Array(1024);
    this.items = new Int32Array(1024);
    this.size = 0;
  }
  push(key, item) {
    if (this.size === this.keys.length) {
      const keys = new Float64Array(2 * this.size);
      const items = new Int32Array(2 * this.size);
      keys.set(this.keys);
      items.set(this.items);
      this.keys = keys;
      this.items = items;
    }
    let at = this.size++;
    while (at > 0) {
      const up = (at - 1) >> 2;
      if (this.keys[up] <= key) break;
      this.keys[at] = this.keys[up];
      this.items[at] = this.items[up];
      at = up;
    }
    this.keys[at] = key;
    this.items[at] = item;
  }
  pop() {
    const item = this.items[0];
    const size = --this.size;
    const key = this.keys[size];
    const last = this.items[size];
    let at = 0;
    for (;;) {
      let least = -1;
      let leastKey = key;
      const first = 4 * at + 1;
      const end = Math.min(first + 4, size);
      for (let child = first; child < end; child++) {
        if (this.keys[child] < leastKey) {
          leastKey = this.keys[child];
          least = child;
        }
      }
      if (least < 0) break;
      this.keys[at] = leastKey;
      this.items[at] = this.items[least];
      at = least;
    }
    this.keys[at] = key;
    this.items[at] = last;
    return item;
  }
}

class Search {
  constructor(network, doors) {
    this.network = network;
    this.doors = doors;
    this.lists = entering(network);
    this.joints = { home: jointsOf(doors, "home"), place: jointsOf(doors, "place") };
    this.homesOn = null; // joints of homes by edge, made when first needed
    this.seen = new Uint32Array(network.u.length);
    this.stamp = 0;
    this.leaving = null;
  }

  /* Weight of an arc in the graph of a level; level 0 opens what only ability closes, at a high cost. */
  weight(layer, arc, level) {
    const edge = arc >> 1;
    const back = arc & 1;
    if (layer.level[arc] >= Math.max(level, 1)) return layer.units[arc];
    if (level > 0 || !((this.network.lawful[edge] >> back) & 1)) return INF;
    return layer.units[arc] + BLOCKED_COST;
  }

  /* The weights of all arcs at a level, made once per profile. */
  weightsOf(layer, level) {
    layer.weights ??= [];
    if (!layer.weights[level]) {
      const weights = (layer.weights[level] = Float64Array.from(layer.units));
      const least = Math.max(level, 1);
      for (let arc = 0; arc < weights.length; arc++) if (layer.level[arc] < least) weights[arc] = level > 0 ? INF : this.weight(layer, arc, level);
    }
    return layer.weights[level];
  }

  /* From all places of a service backwards: per node the time, the next arc and the joint of the place. */
  sweep(layer, service, level, weights = this.weightsOf(layer, level), usable = layer.placeLevel) {
    const { u, v, nodes } = this.network;
    const { starts, arcs } = this.lists;
    const joints = this.joints.place;
    const time = new Float64Array(nodes).fill(INF * BLOCKED_COST);
    const next = new Int32Array(nodes).fill(-1);
    const goal = new Int32Array(nodes).fill(-1);
    const heap = new Heap();
    const offer = [];
    const offered = new Uint8Array(u.length);
    const seed = (node, offset, joint) => {
      if (offset >= time[node]) return;
      time[node] = offset;
      goal[node] = joint;
      heap.push(offset, node);
    };
    for (let j = 0; j < joints.edge.length; j++) {
      const owner = joints.owner[j];
      if (!layer.placeJoints[j] || this.doors.placeService[owner] !== service) continue;
      if (usable[owner] < Math.max(level, 1)) continue;
      offer.push(j);
      offered[joints.edge[j]] = 1;
      const edge = joints.edge[j];
      const off = this.off(layer, joints, j);
      const ahead = weights[2 * edge];
      const back = weights[2 * edge + 1];
      if (ahead !== INF) seed(u[edge], part(ahead, joints.along[j]) + off, j);
      if (back !== INF) seed(v[edge], back - part(back, joints.along[j]) + off, j);
    }
    const done = new Uint8Array(nodes);
    while (heap.size) {
      const node = heap.pop();
      if (done[node]) continue;
      done[node] = 1;
      for (let i = starts[node]; i < starts[node + 1]; i++) {
        const arc = arcs[i];
        const weight = weights[arc];
        if (weight === INF) continue;
        const tail = arc & 1 ? v[arc >> 1] : u[arc >> 1];
        const reached = time[node] + weight;
        if (reached < time[tail]) {
          time[tail] = reached;
          next[tail] = arc;
          goal[tail] = goal[node];
          heap.push(reached, tail);
        }
      }
    }
    return { time, next, goal, offer, offered, byEdge: undefined, level, layer, service, weights, unreached: INF * BLOCKED_COST };
  }

  /* Arcs that enter a node and are open, each with the node it comes from. */
  eachEntering(node, weights, act) {
    const { u, v } = this.network;
    const { starts, arcs } = this.lists;
    for (let i = starts[node]; i < starts[node + 1]; i++) {
      const arc = arcs[i];
      if (weights[arc] !== INF) act(arc, arc & 1 ? v[arc >> 1] : u[arc >> 1]);
    }
  }

  off(layer, joints, j) {
    return rint(joints.off[j] / layer.speed / UNIT_S);
  }

  offOfHome(layer, j) {
    const joints = this.joints.home;
    layer.homeOff ??= Int32Array.from(joints.off, (_, row) => this.off(layer, joints, row));
    return layer.homeOff[j];
  }

  /* How a joint of a home gets into a sweep: the time, with `this.over` = BY_U, BY_V, the joint of a place, or NOWHERE. */
  enter(sweep, j) {
    const { u, v } = this.network;
    const joints = this.joints.home;
    const edge = joints.edge[j];
    const along = joints.along[j];
    const { layer, weights, unreached } = sweep;
    const ahead = weights[2 * edge];
    const back = weights[2 * edge + 1];
    const off = this.offOfHome(layer, j);
    let time = unreached;
    this.over = NOWHERE;
    const byU = back === INF ? unreached : sweep.time[u[edge]] + part(back, along);
    const byV = ahead === INF ? unreached : sweep.time[v[edge]] + (ahead - part(ahead, along));
    if (byV < byU && byV < unreached) {
      time = byV + off;
      this.over = BY_V;
    } else if (byU < unreached) {
      time = byU + off;
      this.over = BY_U;
    }
    if (sweep.offered[edge]) time = this.straight(sweep, edge, along, off, time);
    return time;
  }

  /* Places on the home's own edge are reached without passing its ends. */
  straight(sweep, edge, along, off, time) {
    for (const p of this.offersOn(sweep, edge)) {
      const end = this.joints.place.along[p];
      const weight = sweep.weights[2 * edge + (end >= along ? 0 : 1)];
      if (weight === INF) continue;
      const direct = Math.abs(part(weight, end) - part(weight, along)) + off + this.off(sweep.layer, this.joints.place, p);
      if (direct < time) {
        time = direct;
        this.over = p;
      }
    }
    return time;
  }

  offersOn(sweep, edge) {
    if (!sweep.byEdge) {
      sweep.byEdge = new Map();
      for (const p of sweep.offer) {
        const e = this.joints.place.edge[p];
        if (sweep.byEdge.has(e)) sweep.byEdge.get(e).push(p);
        else sweep.byEdge.set(e, [p]);
      }
    }
    return sweep.byEdge.get(edge) || [];
  }

  /* Door to door units for every home, INF where not reached. */
  homeTimes(sweep) {
    if (sweep instanceof ChainTimes) return sweep.homeTimes();
    const joints = this.joints.home;
    const out = new Int32Array(this.doors.homes).fill(INF);
    for (let j = 0; j < joints.edge.length; j++) {
      if (!sweep.layer.homeJoints[j]) continue;
      const time = this.enter(sweep, j);
      if (this.over !== NOWHERE && time < INF) out[joints.owner[j]] = time;
    }
    return out;
  }

  /* Renew the times of the homes that join the network at some nodes or on some edges. */
  timesAround(sweep, nodes, edges, times) {
    const { starts, arcs } = this.lists;
    const around = [...edges];
    for (const node of nodes) for (let i = starts[node]; i < starts[node + 1]; i++) around.push(arcs[i] >> 1);
    this.eachHomeOn(sweep.layer, around, (j, home) => {
      const time = this.enter(sweep, j);
      times[home] = this.over !== NOWHERE && time < INF ? time : INF;
    });
  }

  /* Joints of the homes on some edges, each once. */
  eachHomeOn(layer, edges, act) {
    this.homesOn ??= listsOf(this.joints.home.edge, this.network.u.length);
    this.stamp++;
    const { starts, arcs } = this.homesOn;
    const { owner } = this.joints.home;
    for (const edge of edges) {
      if (this.seen[edge] === this.stamp) continue;
      this.seen[edge] = this.stamp;
      for (let i = starts[edge]; i < starts[edge + 1]; i++) if (layer.homeJoints[arcs[i]]) act(arcs[i], owner[arcs[i]]);
    }
  }

  /* The way of one home: arcs with the share walked, metres, place and blocked arcs; null where there is none. */
  way(sweep, home) {
    if (sweep instanceof ChainTimes) return sweep.way(home);
    const { u, v, lengthCm } = this.network;
    const joints = this.joints.home;
    const places = this.joints.place;
    const j = sweep.layer.homeJointOf[home];
    if (j < 0) return null;
    const time = this.enter(sweep, j);
    const { over } = this;
    if (over === NOWHERE) return null;
    const edge = joints.edge[j];
    const along = joints.along[j];
    const steps = [];
    let place;
    if (over >= 0) {
      place = over;
      steps.push({ edge, from: along, to: places.along[place] });
    } else {
      steps.push({ edge, from: along, to: over === BY_U ? 0 : 1 });
      let node = over === BY_U ? u[edge] : v[edge];
      while (sweep.next[node] >= 0) {
        const arc = sweep.next[node];
        const back = arc & 1;
        steps.push({ edge: arc >> 1, from: back, to: 1 - back });
        node = back ? u[arc >> 1] : v[arc >> 1];
      }
      place = sweep.goal[node];
      const last = places.edge[place];
      steps.push({ edge: last, from: u[last] === node ? 0 : 1, to: places.along[place] });
      if (u[last] === v[last]) steps[steps.length - 1].from = this.loopEnd(sweep, place, node);
    }
    let metres = joints.off[j] + places.off[place];
    for (const step of steps) metres += (Math.abs(step.to - step.from) * lengthCm[step.edge]) / 100;
    const blocked = sweep.level === 0 ? steps.filter((s) => this.isBlocked(sweep.layer, s)) : [];
    return { steps, metres, place: places.owner[place], units: time, blocked };
  }

  loopEnd(sweep, place, node) {
    const joints = this.joints.place;
    const weight = sweep.weights[2 * joints.edge[place]];
    const off = this.off(sweep.layer, joints, place);
    return weight !== INF && part(weight, joints.along[place]) + off === sweep.time[node] ? 0 : 1;
  }

  isBlocked(layer, step) {
    if (step.from === step.to) return false;
    return this.levelOf(layer, step) === 0;
  }

  levelOf(layer, step) {
    return layer.level[arcOf(step)];
  }
}

function arcOf({ edge, from, to }) {
  return 2 * edge + (to < from ? 1 : 0);
}

function jointsOf(doors, whose) {
  return {
    owner: doors.columns[whose + "_joint_owner"],
    edge: doors.columns[whose + "_joint_edge"],
    along: doors.columns[whose + "_joint_along"],
    off: doors.columns[whose + "_joint_off_m"],
  };
}

function part(weight, along) {
  if (weight < BLOCKED_COST) return rint(weight * along);
  return along === 0 ? 0 : along === 1 ? weight : rint((weight - BLOCKED_COST) * along) + BLOCKED_COST / 2;
}
