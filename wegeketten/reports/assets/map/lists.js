"use strict";
/* The four tables of the list view, from the same model as the map. */

function timeColumns(page) {
  const { times, standard } = page.state;
  return ANSWERS.map((answer) => ({
    title: WORDS.answers[answer],
    kind: "number",
    show: (home) => (times[answer][home] === INF ? "–" : minutes(times[answer][home] * UNIT_S, standard * UNIT_S)),
    value: (home) => (times[answer][home] === INF ? NaN : times[answer][home]),
    csv: (home) => (times[answer][home] === INF ? NaN : (times[answer][home] * UNIT_S) / 60),
  }));
}

function subject(page) {
  const { layer, service } = page.state;
  return `${page.config.services[service].name}, ${layer.name}`;
}

function fileName(page, kind) {
  const { profile, service } = page.state;
  return `${kind}-${page.config.profiles[profile].id}-${page.config.services[service].id}.csv`;
}

function text(title, of) {
  return { title, kind: "text", show: of, value: of };
}

function districtTable(page) {
  const { times, standard } = page.state;
  const names = page.config.districts.map((district) => district.name);
  const rows = page.shares.map((share, i) => ({ ...share, name: names[i] ?? say("whole_city"), row: i, few: share.homes < FEWEST_HOMES, cut: page.config.districts[i]?.cut === true }));
  const figure = (row) => row.weight > 0 && !row.few && !row.cut;
  const weighted = page.config.counted !== "homes";
  const medians = medianTimes(page, times[page.state.answer]);
  const share = (answer) => ({
    title: WORDS.answers[answer],
    kind: "number",
    show: (row) => (row.few ? say("too_few") : row.cut ? say("only_edge") : figure(row) ? percent(row[answer] / row.weight) : "–"),
    value: (row) => (figure(row) ? row[answer] / row.weight : NaN),
    csv: (row) => (figure(row) ? row[answer] / row.weight : NaN),
  });
  const few = (row, key) => (row.few ? NaN : row[key]);
  const told = (row, key) => (row.few && row.homes ? say("fewer_than", { count: number(FEWEST_HOMES) }) : number(row[key]));
  const count = (title, key) => ({ title, kind: "number", show: (row) => told(row, key), value: (row) => few(row, key), csv: (row) => few(row, key) });
  return {
    caption: `${say("table_districts")}: ${subject(page)}, ${say("within")} (${limit(standard * UNIT_S)})`,
    columns: [
      text(say("column_district"), (row) => row.name),
      count(say("column_homes"), "homes"),
      ...(weighted ? [count(WORDS.counted[page.config.counted], "weight")] : []),
      ...ANSWERS.map(share),
      {
        title: say("column_median"),
        kind: "number",
        show: (row) => (Number.isFinite(medians[row.row]) && figure(row) ? minutes(medians[row.row]) : "–"),
        value: (row) => (figure(row) ? medians[row.row] : NaN),
        csv: (row) => (figure(row) ? medians[row.row] / 60 : NaN),
      },
    ],
    rows,
    total: rows[rows.length - 1],
    file: fileName(page, "districts"),
  };
}

/* Half of the weight is at most this far; Infinity where half is not reached. */
function medianTimes(page, units) {
  const { district, weight } = page.doors;
  const count = page.config.districts.length;
  const groups = Array.from({ length: count + 1 }, () => []);
  for (let i = 0; i < units.length; i++) {
    groups[count].push(i);
    if (district[i] >= 0) groups[district[i]].push(i);
  }
  return groups.map((homes) => {
    homes.sort((a, b) => units[a] - units[b]);
    const half = homes.reduce((sum, i) => sum + weight[i], 0) / 2;
    let sum = 0;
    for (const i of homes) {
      sum += weight[i];
      if (sum >= half) return units[i] === INF ? Infinity : units[i] * UNIT_S;
    }
    return NaN;
  });
}

function homeTable(page) {
  const { columns, district, merged } = page.doors;
  const districts = page.config.districts;
  const coordinate = (title, key) => ({ title, kind: "number", show: () => "", value: (home) => columns[key][home], csv: (home) => (columns[key][home] / 1e6).toFixed(6) });
  const shown = [
    { ...text(say("column_street"), (home) => columns.streets[columns.home_street[home]] || say("home_unnamed")), value: (home) => homeLabel(page, home) },
    text(say("column_number"), (home) => columns.home_number[home]),
    ...(districts.length ? [text(say("column_district"), (home) => districts[district[home]]?.name ?? "")] : []),
    ...(merged ? [{ title: say("column_homes"), kind: "number", show: (home) => number(merged[home]), value: (home) => merged[home], csv: (home) => merged[home] }] : []),
    ...timeColumns(page),
  ];
  return {
    caption: `${say("table_homes")}: ${subject(page)}` + (merged ? `. ${page.mergedSentence()}` : ""),
    columns: shown,
    csvColumns: [...shown, coordinate("lat", "home_lat"), coordinate("lon", "home_lon")],
    rows: Array.from({ length: page.doors.homes }, (_, i) => i),
    file: fileName(page, "homes"),
    filterOf: (home) => `${homeLabel(page, home)} ${districts[district[home]]?.name ?? ""}`,
    action: {
      title: say("column_action"),
      text: say("show_route"),
      label: (home) => say("show_route_of", { address: homeLabel(page, home) }),
      act: (home) => page.select(home),
    },
  };
}

function isChain(page) {
  return Boolean(page.config.services[page.state.service].chain);
}

function placeTable(page) {
  const { columns, placeService } = page.doors;
  const rows = [];
  const services = page.visited();
  placeService.forEach((service, place) => services.includes(service) && rows.push(place));
  return {
    caption: `${say("table_places")}: ${page.config.services[page.state.service].name}`,
    columns: [
      text(say("column_name"), (place) => placeLabel(page, place)),
      text(say("column_access"), (place) => WORDS.wheelchair[columns.place_wheelchair[place]]),
      text(say("column_hours"), (place) => columns.place_hours[place]),
    ],
    rows,
    file: fileName(page, "places"),
    filterOf: (place) => placeLabel(page, place),
  };
}

/* What homes behind each barrier weigh: those that do not reach the chosen service today, and whose way with the fewest
   barriers leads over it. Added up along the tree of those ways, from its outer ends on. */
function burdens(page) {
  const { search, state, network, doors } = page;
  const behind = new Float64Array(network.nodes);
  const burden = new Float64Array(network.u.length);
  const sweep = (state.sweeps.open ??= search.sweep(state.layer, state.service, 0, page.openWeights(), page.usableNow()));
  const joints = search.joints.home;
  for (let j = 0; j < joints.edge.length; j++) {
    if (!state.layer.homeJoints[j] || state.times.likely[joints.owner[j]] !== INF) continue;
    const edge = joints.edge[j];
    search.enter(sweep, j);
    if (search.over === NOWHERE) continue;
    burden[edge] += doors.weight[joints.owner[j]];
    if (search.over === BY_U || search.over === BY_V) behind[search.over === BY_U ? network.u[edge] : network.v[edge]] += doors.weight[joints.owner[j]];
  }
  const goesTo = (node) => (sweep.next[node] & 1 ? network.u : network.v)[sweep.next[node] >> 1];
  const waiting = new Int32Array(network.nodes); // nodes whose way leads over this one and that are not added up yet
  for (let node = 0; node < network.nodes; node++) if (sweep.next[node] >= 0) waiting[goesTo(node)]++;
  const ready = [...waiting.keys()].filter((node) => !waiting[node]);
  while (ready.length) {
    const node = ready.pop();
    if (sweep.next[node] < 0) continue;
    burden[sweep.next[node] >> 1] += behind[node];
    const to = goesTo(node);
    behind[to] += behind[node];
    if (--waiting[to] === 0) ready.push(to);
  }
  return burden;
}

/* Pieces of one element in one state are one row: a platform or a flight of steps is one barrier. */
function barrierRows(page) {
  const { network } = page;
  const { osm_type, osm_id } = network.columns;
  const rows = new Map();
  const burden = isChain(page) ? null : burdens(page); // not worked out, and not told, for chains
  for (let e = 0; e < network.kind.length; e++) {
    const found = page.edgeState(e);
    if (!found || !(page.isPoint(e) || (found === "blocked" && network.lengthCm[e] > 100))) continue;
    const key = osm_id[e] > 0 ? `${osm_type[e]}/${osm_id[e]}/${network.kind[e]}/${found}` : `${e}`;
    const row = rows.get(key) ?? { edge: e, state: found, pieces: 0, burden: 0 };
    row.pieces++;
    row.burden = Math.max(row.burden, burden?.[e] ?? 0);
    rows.set(key, row);
  }
  return [...rows.values()].sort((a, b) => b.burden - a.burden || a.edge - b.edge);
}

function barrierTable(page) {
  const { network, state } = page;
  const item = (edge) => ({ arc: page.betterArc(edge), kind: network.kind[edge] });
  const kindOf = ({ edge }) => WORDS.kinds[network.kind[edge]];
  const idOf = ({ edge, pieces }) => (pieces > 1 ? edgeId(network, edge).split(":")[0] : edgeId(network, edge));
  return {
    caption: `${say("table_barriers")}: ${state.layer.name}`,
    columns: [
      text(say("column_kind"), kindOf),
      text(say("column_where"), ({ edge }) => page.whereOf(edge)),
      text(say("column_state"), (row) => say("state_" + row.state)),
      text(say("column_reading"), ({ edge }) => barrierText(page, state.layer, item(edge)).readings),
      ...(isChain(page) ? [] : [{ title: say("column_behind", { counted: WORDS.counted[page.config.counted] }), kind: "number", show: ({ burden }) => number(burden, burden < 10 ? 1 : 0), value: (row) => -row.burden, csv: (row) => row.burden }]),
      { title: say("column_pieces"), kind: "number", show: (row) => number(row.pieces), value: (row) => row.pieces, csv: (row) => row.pieces },
      text("OSM", idOf),
    ],
    rows: barrierRows(page),
    sorted: { column: 4, down: false },
    file: `barriers-${page.config.profiles[state.profile].id}.csv`,
    filterOf: (row) => `${kindOf(row)} ${page.whereOf(row.edge)} ${idOf(row)}`,
    action: {
      title: say("view_map"),
      text: say("show"),
      label: (row) => `${say("show_on_map")}: ${kindOf(row)} ${idOf(row)}`,
      act: ({ edge }) => {
        page.openView("map");
        const [x, y] = edgeMiddle(network, edge);
        page.map.setView(latLng(x, y), 18, { animate: false });
        page.tellBarrier(edge);
        page.focusAnswer();
      },
    },
  };
}

/* Proposed measures or places to look at, in their order. */
function markTable(kind) {
  return (page) => {
    const rows = page.config[kind].map((item, rank) => ({ ...item, item, rank }));
    const byRank = { title: say("column_rank"), kind: "number", show: (row) => number(row.rank + 1), value: (row) => row.rank, csv: (row) => row.rank + 1 };
    const euros = (title, key) => ({ title, kind: "number", show: (row) => number(row[key]), value: (row) => row[key], csv: (row) => row[key] });
    const costs = {
      ...euros(say("column_cost"), "high_eur"),
      show: (row) => euroRange(row.low_eur, row.high_eur),
    };
    const forMeasures = [
      byRank,
      text(say("column_name"), (row) => row.title),
      text(say("column_where"), (row) => row.where),
      costs,
      text(say("column_switched"), (row) => (page.isOn(row.item) ? say("is_on") : "")),
      text(say("column_details"), (row) => row.lines.slice(row.where ? 2 : 1).join(" ")),
    ];
    const forWalks = [byRank, text(say("column_name"), (row) => row.title), text(say("column_details"), (row) => row.lines.join(" "))];
    const measures = kind === "measures";
    const shown = measures ? forMeasures : forWalks;
    return {
      caption: say("layer_" + kind),
      columns: shown,
      printed: measures ? shown.slice(1, 5) : shown,
      csvColumns: measures ? [...shown.slice(0, 3), euros(say("column_cost_low"), "low_eur"), euros(say("column_cost_high"), "high_eur"), ...shown.slice(4)] : shown,
      rows,
      file: kind + ".csv",
      filterOf: (row) => `${row.title} ${row.lines.join(" ")}`,
      action: { title: say("view_map"), text: say("show"), label: (row) => `${say("show_on_map")}: ${row.title}`, act: (row) => page.showMark(row.item) },
    };
  };
}
