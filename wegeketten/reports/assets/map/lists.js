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
  const rows = page.shares.map((share, i) => ({ ...share, name: names[i] ?? say("whole_city"), row: i }));
  const weighted = page.config.counted !== "homes";
  const medians = medianTimes(page, times[page.state.answer]);
  const share = (answer) => ({
    title: WORDS.answers[answer],
    kind: "number",
    show: (row) => (row.weight ? percent(row[answer] / row.weight) : "–"),
    value: (row) => (row.weight ? row[answer] / row.weight : NaN),
    csv: (row) => (row.weight ? row[answer] / row.weight : NaN),
  });
  const count = (title, key) => ({ title, kind: "number", show: (row) => number(row[key]), value: (row) => row[key], csv: (row) => row[key] });
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
        show: (row) => (Number.isFinite(medians[row.row]) ? minutes(medians[row.row]) : "–"),
        value: (row) => medians[row.row],
        csv: (row) => medians[row.row] / 60,
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
    text(say("column_street"), (home) => columns.streets[columns.home_street[home]] || say("home_unnamed")),
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

function placeTable(page) {
  const { columns, placeService } = page.doors;
  const rows = [];
  placeService.forEach((service, place) => service === page.state.service && rows.push(place));
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

function barrierTable(page) {
  const { network, state } = page;
  const rows = [];
  for (let e = 0; e < network.kind.length; e++) {
    const found = page.edgeState(e);
    if (found && (page.isPoint(e) || (found === "blocked" && network.lengthCm[e] > 100))) rows.push(e);
  }
  const item = (edge) => ({ arc: page.betterArc(edge), kind: network.kind[edge] });
  const { name, names } = network.columns;
  return {
    caption: `${say("table_barriers")}: ${state.layer.name}`,
    columns: [
      text(say("column_kind"), (edge) => WORDS.kinds[network.kind[edge]]),
      text(say("column_where"), (edge) => (name[edge] >= 0 ? names[name[edge]] : "")),
      text(say("column_state"), (edge) => say("state_" + page.edgeState(edge))),
      text(say("column_reading"), (edge) => barrierText(page, state.layer, item(edge)).readings),
      text("OSM", (edge) => edgeId(network, edge)),
    ],
    rows,
    file: `barriers-${page.config.profiles[state.profile].id}.csv`,
    filterOf: (edge) => `${WORDS.kinds[network.kind[edge]]} ${name[edge] >= 0 ? names[name[edge]] : ""} ${edgeId(network, edge)}`,
    action: {
      title: say("column_where"),
      text: say("show_on_map"),
      label: (edge) => `${say("show_on_map")}: ${WORDS.kinds[network.kind[edge]]} ${edgeId(network, edge)}`,
      act: (edge) => {
        page.view("map");
        const [x, y] = edgeMiddle(network, edge);
        page.map.setView(latLng(x, y), 18, { animate: false });
        page.tellBarrier(edge);
        $("answer").querySelector("h2").focus();
      },
    },
  };
}

/* Proposed measures or spots to survey, in their order of rank. */
function markTable(kind) {
  return (page) => {
    const rows = page.config[kind].map((item, rank) => ({ ...item, rank }));
    const byRank = { title: say("column_rank"), kind: "number", show: (row) => number(row.rank + 1), value: (row) => row.rank, csv: (row) => row.rank + 1 };
    return {
      caption: say("layer_" + kind),
      columns: [byRank, text(say("column_name"), (row) => row.title), text(say("column_details"), (row) => row.lines.join(" "))],
      rows,
      file: kind + ".csv",
      filterOf: (row) => `${row.title} ${row.lines.join(" ")}`,
      action: {
        title: say("column_where"),
        text: say("show_on_map"),
        label: (row) => `${say("show_on_map")}: ${row.title}`,
        act: (row) => {
          page.view("map");
          page.map.setView([row.lat, row.lon], 18, { animate: false });
          page.tell(row);
          $("answer").querySelector("h2").focus();
        },
      },
    };
  };
}
