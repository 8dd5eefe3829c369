"use strict";
/* What the panel says about one home: its times, its way, and what is on it. */

const ALWAYS_LISTED = new Set([14, 15, 16, 17, 18]);
const LISTED_AT_MOST = 40;

/* Barriers of a way: numbered items for the panel and the map, and a count of stretches that nobody measured. */
function barriersOf(model, layer, way) {
  const { network, search } = model;
  const items = [];
  let assumed = 0;
  for (const step of way.steps) {
    const { edge, from, to } = step;
    if (from === to) continue;
    const kind = network.kind[edge];
    const level = search.levelOf(layer, step);
    const point = kind >= FIRST_BARRIER || ALWAYS_LISTED.has(kind);
    if (level < 2 || (point && (level < 3 || kind < 21))) items.push({ arc: arcOf(step), edge, level, kind });
    else if (level === 2) assumed++;
  }
  return { items, assumed };
}

function stateOf(level) {
  return ["blocked", "unclear", "assumed", "passable"][level];
}

/* The readings worth telling: those that decide, each with its limit, else what a barrier is about. */
function barrierText(model, layer, { arc, kind }) {
  const edge = arc >> 1;
  const all = new Map(readingsOf(model.network, model.config.attributes, edge).map((r) => [r.attribute, r]));
  const told = [];
  for (const [attribute, limit] of decidingChecks(layer, arc)) {
    if (all.has(attribute)) told.push(readingText(all.get(attribute), limit, arc & 1));
    else if (attribute in WORDS.checks) told.push(WORDS.checks[attribute]);
  }
  if (!told.length) for (const reading of [...all.values()].slice(0, 2)) told.push(readingText(reading, null, arc & 1));
  return { name: WORDS.kinds[kind], readings: told.slice(0, 4).join(", ") };
}

function osmLink(model, edge) {
  const { osm_type, osm_id } = model.network.columns;
  const type = { n: "node", w: "way", r: "relation" }[String.fromCharCode(osm_type[edge])];
  const id = edgeId(model.network, edge);
  if (!type || osm_id[edge] <= 0) return element("span", { text: id });
  return element("a", {
    text: id,
    href: `https://www.openstreetmap.org/${type}/${osm_id[edge]}`,
    "aria-label": `${id}: ${say("open_osm")}`,
    rel: "noreferrer",
  });
}

function barrierItem(model, layer, item) {
  const { name, readings } = barrierText(model, layer, item);
  const state = stateOf(item.level);
  return element("li", {
    children: [
      element("span", { text: `${name}: ` }),
      element("span", { text: say("state_" + state), cls: `state state-${state}` }),
      element("span", { text: readings ? `. ${readings}. ` : ". " }),
      osmLink(model, item.edge),
    ],
  });
}

function homeLabel(model, home) {
  const { columns } = model.doors;
  const street = columns.streets[columns.home_street[home]];
  const number = columns.home_number[home];
  return street ? `${street} ${number}`.trim() : number || say("home_unnamed");
}

function placeLabel(model, place) {
  const { columns, placeService } = model.doors;
  return columns.place_name[place] || say("nearest_unnamed", { service: model.config.services[placeService[place]].name });
}

function timesTable(model, state, home) {
  const service = model.config.services[state.service];
  const { standard } = state;
  const rows = ANSWERS.map((answer) => {
    const units = state.times[answer][home];
    const seconds = units * UNIT_S;
    const reached = units !== INF;
    const verdict = !reached ? say("not_reached") : units <= standard ? say("within") : say("beyond");
    return element("tr", {
      children: [
        element("th", { text: WORDS.answers[answer], scope: "row" }),
        element("td", { text: reached ? minutes(seconds) : "–", cls: "number", "data-units": reached ? units : "" }),
        element("td", { text: verdict }),
      ],
    });
  });
  const heads = ["answer_column", "time", "verdict"].map((key) => element("th", { text: say(key), scope: "col" }));
  return element("table", {
    children: [
      element("caption", { text: say("home_times", { service: service.name, profile: state.layer.name }) }),
      element("thead", { children: [element("tr", { children: heads })] }),
      element("tbody", { children: rows }),
    ],
  });
}

/* The best way there is: in the chosen answer, else in a more lenient one, else across what blocks. */
function bestWay(model, state, home) {
  const from = ANSWERS.indexOf(state.answer);
  for (const answer of ANSWERS.slice(from)) {
    const way = state.times[answer][home] === INF ? null : model.search.way(state.sweeps[answer], home);
    if (way) return { answer, way };
  }
  if (state.layer.homeJointOf[home] < 0) return { answer: null, way: null };
  state.sweeps.open ??= model.search.sweep(state.layer, state.service, 0);
  return { answer: null, way: model.search.way(state.sweeps.open, home) };
}

function showHome(model, state, home, host) {
  const { answer, way } = bestWay(model, state, home);
  const parts = [element("h2", { text: homeLabel(model, home), tabindex: "-1" }), timesTable(model, state, home)];
  const items = [];
  if (!way) {
    const joined = state.layer.homeJointOf[home] >= 0;
    parts.push(element("p", { text: say(!joined ? "no_joint" : state.sweeps.open.offer.length ? "blocked_law" : "blocked_place") }));
  } else {
    const found = barriersOf(model, state.layer, way);
    if (answer) {
      parts.push(
        element("p", {
          text: say("nearest", { name: placeLabel(model, way.place), metres: metres(way.metres), answer: WORDS.answers[answer] }),
        })
      );
      items.push(...found.items);
      parts.push(element(items.length ? "h3" : "p", { text: say(items.length ? "route_barriers" : "route_free") }));
    } else {
      items.push(...found.items.filter((item) => item.level === 0));
      parts.push(element("p", { text: say(items.length ? "blocked_intro" : "blocked_place") }));
    }
    if (items.length) {
      const list = items.slice(0, LISTED_AT_MOST).map((item) => barrierItem(model, state.layer, item));
      parts.push(element("ol", { children: list }));
    }
    if (answer && found.assumed) parts.push(element("p", { cls: "small", text: say("route_unclear", { count: found.assumed }) }));
  }
  host.replaceChildren(...parts);
  return { answer, way, items };
}
