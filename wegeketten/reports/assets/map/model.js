"use strict";
/* The page's data as objects, unpacked once. */

/** @returns {Promise<any>} */
async function loadNetwork() {
  const columns = await unpack("data-network");
  const { u, span, count, lon, lat } = columns;
  const v = new Int32Array(u.length);
  const starts = new Int32Array(u.length + 1);
  for (let e = 0; e < u.length; e++) {
    v[e] = u[e] + span[e];
    starts[e + 1] = starts[e] + count[e];
  }
  return {
    columns,
    nodes: columns.nodes[0],
    u,
    v,
    kind: columns.kind,
    lawful: columns.lawful,
    lengthCm: columns.length_cm,
    starts,
    shortSlopes: new Set(columns.short_slopes),
    x: worldX(lon),
    y: worldY(lat),
  };
}

/* Web Mercator on the unit square; positions arrive in millionths of a degree. */
function worldX(lon) {
  const x = new Float64Array(lon.length);
  for (let i = 0; i < x.length; i++) x[i] = lon[i] / 360e6 + 0.5;
  return x;
}

function worldY(lat) {
  const y = new Float64Array(lat.length);
  for (let i = 0; i < y.length; i++) {
    const s = Math.sin((lat[i] / 1e6) * (Math.PI / 180));
    y[i] = 0.5 - Math.log((1 + s) / (1 - s)) / (4 * Math.PI);
  }
  return y;
}

function latLng(x, y) {
  return [(Math.atan(Math.sinh(Math.PI * (1 - 2 * y))) * 180) / Math.PI, (x - 0.5) * 360];
}

async function loadDoors() {
  const columns = await unpack("data-doors");
  return {
    columns,
    homes: columns.home_lon.length,
    homeX: worldX(columns.home_lon),
    homeY: worldY(columns.home_lat),
    placeX: worldX(columns.place_lon),
    placeY: worldY(columns.place_lat),
    placeService: columns.place_service,
    district: columns.home_district,
    weight: columns.home_weight,
    merged: columns.home_merged.length ? columns.home_merged : null,
  };
}

async function loadBase() {
  const columns = await unpack("data-base");
  const starts = new Int32Array(columns.count.length + 1);
  for (let i = 0; i < columns.count.length; i++) starts[i + 1] = starts[i] + columns.count[i];
  return { klass: columns.klass, starts, x: worldX(columns.lon), y: worldY(columns.lat) };
}

function profileOf(description, columns, network, doors) {
  const pace = columns.pace[0];
  const { ahead, back, outcomes } = columns;
  const width = description.checks.length;
  const lowest = new Uint8Array(outcomes.length / width);
  for (let i = 0; i < lowest.length; i++) lowest[i] = Math.min(...outcomes.subarray(i * width, (i + 1) * width));
  const units = new Int32Array(2 * ahead.length);
  const outcome = new Int32Array(units.length);
  const level = new Uint8Array(units.length);
  for (let e = 0; e < ahead.length; e++) {
    units[2 * e] = Math.floor((network.lengthCm[e] * pace + 5000) / 10000) + ahead[e];
    units[2 * e + 1] = units[2 * e] + back[e];
    outcome[2 * e] = columns.outcome[e];
    outcome[2 * e + 1] = columns.outcome[e] + columns.outcome_back[e];
    level[2 * e] = lowest[outcome[2 * e]];
    level[2 * e + 1] = lowest[outcome[2 * e + 1]];
  }
  const homeJointOf = new Int32Array(doors.homes).fill(-1);
  const owner = doors.columns.home_joint_owner;
  for (let j = 0; j < owner.length; j++) if (columns.home_joints[j]) homeJointOf[owner[j]] = j;
  const mended = new Int32Array(units.length).fill(INF);
  const [prices, priceLow, priceHigh] = [0, 1, 2].map(() => new Int32Array(ahead.length));
  columns.works.forEach((e, i) => {
    prices[e] = columns.works_price[i];
    priceLow[e] = columns.works_low[i];
    priceHigh[e] = columns.works_high[i];
    if (columns.works_open[i] & 1) mended[2 * e] = units[2 * e] + columns.works_ahead[i];
    if (columns.works_open[i] & 2) mended[2 * e + 1] = units[2 * e + 1] + columns.works_back[i];
  });
  return {
    ...description,
    units,
    mended,
    prices,
    priceLow,
    priceHigh,
    level,
    outcome,
    outcomes,
    homeJoints: columns.home_joints,
    placeJoints: columns.place_joints,
    placeLevel: columns.place_level,
    homeJointOf,
    columns,
  };
}

/* The works that can be switched on, their price, and what they do: first those on edges, then those on platforms. */
async function loadWorks(network, doors) {
  const columns = await unpack("data-works");
  const { edges, places, low_eur, typical_eur, high_eur, name, names, kind } = columns;
  const rowOf = new Int32Array(network.u.length).fill(-1);
  edges.forEach((edge, row) => (rowOf[edge] = row));
  const rowOfStop = new Map();
  places.forEach((place, i) => rowOfStop.set(doors.columns.place_id[place], edges.length + i));
  return { edges, places, low: low_eur, typical: typical_eur, high: high_eur, name, names, kind, columns, rowOf, rowOfStop };
}

/* The place whose works a row stands for; -1 where they are on an edge. */
function placeOf(works, row) {
  return row < works.edges.length ? -1 : works.places[row - works.edges.length];
}

/* Edges that look different once some rows are switched: those of the works, and those that a platform joins. */
function edgesOf(works, joints, rows) {
  return rows.flatMap((row) => {
    const place = placeOf(works, row);
    return place < 0 ? [works.edges[row]] : jointsOfPlace(joints, place).map((j) => joints.edge[j]);
  });
}

/* Joints of a place for any profile. */
function jointsOfPlace(joints, place) {
  joints.byPlace ??= groupBy([...joints.owner.keys()], (j) => joints.owner[j]);
  return joints.byPlace.get(place) ?? [];
}

/* The edges that works are for, as the works leave them: what limits of one's own are held against. */
function edgesAfter(works, network) {
  const { columns } = network;
  const shortSlopes = new Set();
  works.edges.forEach((edge, row) => network.shortSlopes.has(edge) && shortSlopes.add(row));
  return {
    u: works.edges,
    kind: works.kind,
    shortSlopes,
    columns: { ...columnsThere(works.columns), "wheelchair:code": works.edges.map((edge) => columns["wheelchair:code"][edge]), "wheelchair:rows": columns["wheelchair:rows"] },
  };
}

function columnsThere(columns) {
  const found = {};
  for (const name of Object.keys(columns)) if (name.includes(":")) found[name] = columns[name];
  return found;
}

/* The checks that decide an arc's level: [attribute, limit]; none where everything surely holds. */
function decidingChecks(layer, arc) {
  const width = layer.checks.length;
  if (layer.own) {
    const rows = layer.own.kept.filter((i) => layer.outcomes[layer.outcome[arc] * width + i] === layer.level[arc]).map((i) => layer.checks[i]);
    const own = layer.own.checks.filter(({ levels }) => levels[arc] === layer.level[arc]).map(({ check }) => check);
    return layer.level[arc] === 3 ? [] : [...rows, ...own];
  }
  const row = layer.outcomes.subarray(layer.outcome[arc] * width, (layer.outcome[arc] + 1) * width);
  return layer.level[arc] === 3 ? [] : layer.checks.filter((_, i) => row[i] === layer.level[arc]);
}

/* The readings of an edge that apply to it: [{ attribute, value, lower, upper, from }]. */
function readingsOf(network, attributes, edge) {
  const found = [];
  for (const attribute of attributes) {
    const code = network.columns[attribute + ":code"][edge];
    if (!code) continue;
    const rows = network.columns[attribute + ":rows"];
    const [value, lower, upper, from] = rows.subarray(4 * code, 4 * code + 4);
    found.push({ attribute, value: value / 100, lower: lower / 100, upper: upper / 100, from });
  }
  return found;
}

function edgeId(network, edge) {
  const { osm_type, osm_id, part } = network.columns;
  const id = String.fromCharCode(osm_type[edge]) + osm_id[edge];
  return part[edge] < 0 ? id : id + ":" + part[edge];
}
