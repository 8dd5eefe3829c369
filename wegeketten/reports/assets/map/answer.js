"use strict";
/* What the panel says about one home: its times, its way, and what is on it. */

const LISTED_AT_MOST = 40;

/* Barriers of a way: numbered items for the panel and the map, and a count of stretches that nobody measured. */
function barriersOf(model, layer, way) {
  const { network } = model;
  const { osm_id, part } = network.columns;
  const items = [];
  let assumed = 0;
  let metres = 0;
  for (const step of way.steps) {
    const { edge, from, to } = step;
    const at = metres;
    metres += (Math.abs(to - from) * network.lengthCm[edge]) / 100;
    if (from === to) continue;
    const kind = network.kind[edge];
    const level = model.levelNow(layer, arcOf(step));
    const point = kind >= FIRST_BARRIER || STOREY_WAYS.includes(kind);
    const last = items.at(-1);
    // Each piece of a flight of steps states the steps of the whole: pieces in a row are told once.
    const goesOn = kind === STEPS && last?.kind === STEPS && last.level === level && osm_id[last.edge] === osm_id[edge] && part[last.edge] !== part[edge];
    if (goesOn) continue;
    if (level < 2 || (point && (level < 3 || kind < KERB))) items.push({ arc: arcOf(step), edge, level, kind, at });
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
  const where = [item.at === undefined ? "" : say("after_metres", { metres: metres(item.at) }), item.at === undefined ? "" : model.whereOf(item.edge)];
  return element("li", {
    children: [
      element("span", { text: [...where, `${name}: `].filter(Boolean).join(", ") }),
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
    const verdict = !reached ? notReached(answer) : units <= standard ? say("within") : say("beyond");
    return element("tr", {
      children: [
        element("th", { text: WORDS.answers[answer], scope: "row" }),
        element("td", { text: reached ? minutes(seconds, standard * UNIT_S) : "–", cls: "number", "data-units": reached ? units : "" }),
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
  return { answer: null, way: null };
}

/* What stands in the way, as the command `why` answers it; its works would open the way for certain. */
function whyNot(model, state, home) {
  if (state.times.likely[home] <= state.standard || state.limits || model.config.services[state.service].chain) return null;
  const { weights } = state.sweeps.likely;
  if (!state.field) state.field = new Field(model.search, state.layer, state.service, weights, model.usableNow());
  else if (state.fieldStale) state.field.reweigh(weights);
  state.fieldStale = false;
  return state.field.explain(home, state.standard);
}

function showHome(model, state, home, host) {
  const found = { ...bestWay(model, state, home), why: whyNot(model, state, home), items: [] };
  host.replaceChildren(
    element("h2", { text: homeLabel(model, home), tabindex: "-1" }),
    ...mergedParts(model, home),
    timesTable(model, state, home),
    ...chanceParts(model, state, home),
    ...wayParts(model, state, home, found),
    ...whyParts(model, state.layer, found),
    ...directionParts(model, state.layer, found),
    ...areaParts(model, home)
  );
  return found;
}

function mergedParts(model, home) {
  const count = model.doors.merged?.[home] ?? 1;
  return count > 1 ? [element("p", { cls: "small", text: say("merged_here", { count: number(count), metres: number(model.config.spread_m) }) })] : [];
}

/* Today's way, and what is on it; fills in `found.items`, and `found.way` where only barriers lead there. */
function wayParts(model, state, home, found) {
  if (found.answer) {
    const { items, assumed } = barriersOf(model, state.layer, found.way);
    found.items = items;
    const { place, visits, returning } = found.way;
    const name = (visits ?? [place]).map((one) => placeLabel(model, one)).join(say("chain_then"));
    const told = visits ? (returning ? "chain_way_back" : "chain_way") : "nearest";
    const parts = [
      element("p", { text: say(told, { name, metres: metres(found.way.metres), answer: WORDS.answers[found.answer] }) }),
      element(items.length ? "h3" : "p", { text: say(items.length ? "route_barriers" : "route_free") }),
    ];
    if (items.length) parts.push(barrierList(model, state.layer, items));
    if (assumed) parts.push(element("p", { cls: "small", text: say("route_unclear", { count: assumed }) }));
    return parts;
  }
  if (state.layer.homeJointOf[home] < 0) return [element("p", { text: say("no_joint") })];
  if (found.why?.openable) return [];
  if (model.config.services[state.service].chain) return [element("p", { text: say("chain_broken") })];
  // No works are known that would help: then at least where the way with the fewest barriers is blocked.
  state.sweeps.open ??= model.search.sweep(state.layer, state.service, 0, model.openWeights(), model.usableNow());
  found.way = model.search.way(state.sweeps.open, home);
  if (!found.way) return [element("p", { text: say(state.sweeps.open.offer.length ? "blocked_law" : "blocked_place") })];
  found.items = barriersOf(model, state.layer, found.way).items.filter((item) => item.level === 0);
  if (!found.items.length) return [element("p", { text: say("blocked_place") })];
  return [element("p", { text: say(state.limits ? "blocked_intro_own" : "blocked_intro") }), barrierList(model, state.layer, found.items)];
}

function whyParts(model, layer, { answer, why }) {
  if (!why) return [];
  if (!why.edges.length) {
    const key = why.openable ? "why_not_nearer" : answer ? "why_none" : null; // else today's way has told it
    return key ? [element("p", { text: say(key) })] : [];
  }
  const items = why.edges.map(({ edge, arc }) => ({ edge, arc, level: layer.level[arc], kind: model.network.kind[edge] }));
  const values = { count: items.length, minutes: minutes(why.units * UNIT_S), place: placeLabel(model, why.way.place) };
  const key = why.today < INF ? "why_nearer" : why.within ? "why_open" : "why_open_far";
  return [
    element("h3", { text: say("why_title") }),
    element("p", { text: say(key, values) }),
    barrierList(model, layer, items, "A"),
    ...(items.some((item) => item.level > 0) ? [element("p", { text: say("why_look") })] : []),
    element("p", { cls: "small", text: say(why.certified ? "why_certified" : "why_unproven", { count: items.length, price: priceOf(layer, why.edges) }) }),
  ];
}

/* A range of prices: nobody shall read euros into a typical one. */
function priceOf(layer, edges) {
  const sum = (prices) => edges.reduce((all, { edge }) => all + prices[edge], 0);
  return euroRange(sum(layer.priceLow), sum(layer.priceHigh));
}

/* Numbered as on the map, with letters for what would have to be mended. */
function barrierList(model, layer, items, type = "1") {
  return element("ol", { type, children: items.slice(0, LISTED_AT_MOST).map((item) => barrierItem(model, layer, item)) });
}

/* A, B … Z, AA, AB …, as browsers count a list of type A. */
function letter(index) {
  return (index >= 26 ? letter(Math.floor(index / 26) - 1) : "") + String.fromCharCode(65 + (index % 26));
}

/* In how many of the drawn worlds the service is reached in time; they are of today, without any measure. */
function chanceParts(model, state, home) {
  const { chance } = state.layer;
  if (!chance || state.limits || model.config.services[state.service].chain) return [];
  const share = chance[home * (chance.length / model.doors.homes) + state.service] / CHANCE_STEPS;
  const from = Math.round(100 * share);
  const text = from <= 0 ? say("chance_none") : from >= 100 ? say("chance_all") : say("chance", { share: number(from) });
  return [element("p", { cls: "chance", text: `${text} ${say("chance_how", { worlds: number(model.config.worlds) })}` })];
}
