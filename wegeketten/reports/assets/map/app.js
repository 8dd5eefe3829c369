"use strict";
/* The page: choices in, painted answers out. */

function readJson(id) {
  return JSON.parse(document.getElementById(id).textContent);
}

const $ = (id) => document.getElementById(id);

class Page {
  constructor(map) {
    this.map = map;
    this.config = readJson("config");
    WORDS = readJson("words");
    this.show = { homes: true, places: true, districts: true, barriers: true, measures: true, walks: true };
    /** @type {Record<string, any>} */
    this.state = { profile: 0, service: 0, answer: "likely", home: -1, view: "map", ...this.fromFragment() };
    this.layers = new Map();
    this.form();
    this.searchForm();
    this.views();
    map.attributionControl.setPrefix(false);
    map.attributionControl.addAttribution("© OpenStreetMap contributors, ODbL");
    L.control.zoom({ zoomInTitle: say("zoom_in"), zoomOutTitle: say("zoom_out") }).addTo(map);
    L.control.scale({ imperial: false }).addTo(map);
  }

  /* ---- state and fragment ---- */

  fromFragment() {
    const given = new URLSearchParams(location.hash.slice(1));
    const found = {};
    const index = (list, id) => list.findIndex((entry) => entry.id === id);
    const profile = index(this.config.profiles, given.get("profile") ?? this.config.start.profile);
    const service = index(this.config.services, given.get("service") ?? this.config.start.service);
    if (profile >= 0) found.profile = profile;
    if (service >= 0) found.service = service;
    const answer = given.get("answer") ?? this.config.start.answer;
    if (ANSWERS.includes(answer)) found.answer = answer;
    if (given.get("view") === "list") found.view = "list";
    if (given.get("home")) found.homeAt = given.get("home");
    const at = /^(\d+(?:\.\d+)?)\/(-?[\d.]+)\/(-?[\d.]+)$/.exec(given.get("at") ?? "");
    if (at) found.at = at.slice(1).map(Number);
    return found;
  }

  toFragment() {
    const { profile, service, answer, home, view } = this.state;
    const centre = this.map.getCenter();
    const parts = [
      ["profile", this.config.profiles[profile].id],
      ["service", this.config.services[service].id],
      ["answer", answer],
      ["view", view],
      ["at", `${this.map.getZoom()}/${centre.lat.toFixed(5)}/${centre.lng.toFixed(5)}`],
    ];
    if (home >= 0) parts.push(["home", this.homeAt(home)]);
    history.replaceState(null, "", "#" + parts.map(([key, value]) => `${key}=${value}`).join("&"));
  }

  homeAt(home) {
    const { home_lat, home_lon } = this.doors.columns;
    return `${(home_lat[home] / 1e6).toFixed(6)},${(home_lon[home] / 1e6).toFixed(6)}`;
  }

  /* ---- choices ---- */

  form() {
    const options = (select, list, chosen) => {
      select.replaceChildren(...list.map((entry, i) => element("option", { text: entry.name, value: String(i) })));
      select.value = String(chosen);
    };
    options($("profile"), this.config.profiles, this.state.profile);
    options($("service"), this.config.services, this.state.service);
    $("profile").addEventListener("change", () => this.choose({ profile: Number($("profile").value) }));
    $("service").addEventListener("change", () => this.choose({ service: Number($("service").value) }));
    for (const answer of ANSWERS) {
      const radio = element("input", { type: "radio", name: "answer", value: answer, id: "answer-" + answer });
      radio.checked = answer === this.state.answer;
      radio.addEventListener("change", () => this.choose({ answer }));
      $("answers").append(element("label", { children: [radio, element("span", { text: WORDS.answers[answer] })] }));
    }
    for (const name of ["homes", "places", "districts", "barriers", "measures", "walks"]) {
      if ((name === "measures" || name === "walks") && !this.config[name].length) continue;
      if (name === "districts" && !this.config.districts.length) continue;
      const box = element("input", { type: "checkbox" });
      box.checked = true;
      box.addEventListener("change", () => {
        this.show[name] = box.checked;
        this.repaint();
      });
      $("layers").append(element("label", { children: [box, element("span", { text: say("layer_" + name) })] }));
    }
    $("choices").addEventListener("submit", (event) => event.preventDefault());
  }

  async choose(change) {
    Object.assign(this.state, change);
    await this.answer();
  }

  searchForm() {
    $("search-form").addEventListener("submit", (event) => {
      event.preventDefault();
      this.find($("search").value);
      $("search-results").querySelector("button")?.click();
    });
    $("search").addEventListener("input", () => this.find($("search").value));
  }

  views() {
    $("map-button").addEventListener("click", () => this.view("map"));
    $("list-button").addEventListener("click", () => this.view("list"));
    $("print-button").addEventListener("click", () => window.print());
    $("large-button").addEventListener("click", () => {
      const large = document.documentElement.classList.toggle("large");
      $("large-button").setAttribute("aria-pressed", String(large));
      this.map.invalidateSize();
    });
    window.addEventListener("beforeprint", () => this.beforePrint());
    window.addEventListener("afterprint", () => this.afterPrint());
  }

  view(view) {
    this.state.view = view;
    $("map-view").hidden = view !== "map";
    $("list-view").hidden = view !== "list";
    $("map-button").setAttribute("aria-pressed", String(view === "map"));
    $("list-button").setAttribute("aria-pressed", String(view === "list"));
    if (view === "map") this.map.invalidateSize();
    else this.tables();
    this.toFragment();
  }

  /* ---- loading ---- */

  async load() {
    // All that the first picture needs is unpacked together; from there on nothing waits, and it is drawn at once.
    const first = this.config.profiles[this.state.profile];
    const unpacking = [loadNetwork(), loadDoors(), loadBase(), unpack("data-profile-" + first.id)];
    const [network, doors, base, columns] = await Promise.all(unpacking);
    this.layers.set(this.state.profile, profileOf(first, columns, network, doors));
    Object.assign(this, { network, doors });
    this.search = new Search(network, doors);
    const edges = Grid.ofLines(network);
    const homeGrid = Grid.ofPoints(doors.homeX, doors.homeY);
    const placeGrid = Grid.ofPoints(doors.placeX, doors.placeY);
    Object.assign(this, { edgeGrid: edges, homeGrid, placeGrid });
    this.map.createPane("answer").style.zIndex = "300";
    const bounds = L.latLngBounds(this.config.limits).pad(0.1);
    new CanvasTiles(basePainter(base, network, edges), { bounds }).addTo(this.map);
    const view = {
      show: this.show,
      bands: new Uint8Array(doors.homes).fill(4),
      service: this.state.service,
      isBlocked: (e) => this.edgeState(e) === "blocked",
      pointState: (e) => (this.isPoint(e) ? this.edgeState(e) : null),
    };
    this.painted = view;
    this.tiles = new CanvasTiles(answerPainter(view, network, edges, doors, homeGrid, placeGrid), { bounds, pane: "answer" });
    this.drawDistricts();
    this.drawMarks();
    await this.answer({ first: true });
    this.tiles.addTo(this.map);
    this.map.on("click", (event) => this.tap(event));
    this.map.on("moveend", () => this.toFragment());
    this.map.on("zoomend", () => this.labelDistricts());
    setTimeout(() => this.hintAddress());
    if (this.state.homeAt) {
      const wanted = this.state.homeAt;
      for (let i = 0; i < doors.homes; i++) {
        if (this.homeAt(i) === wanted) {
          this.select(i, { keepView: true });
          break;
        }
      }
    }
    if (this.state.view === "list") this.view("list");
  }

  async layer(index) {
    if (!this.layers.has(index)) {
      const description = this.config.profiles[index];
      const columns = await unpack("data-profile-" + description.id);
      this.layers.set(index, profileOf(description, columns, this.network, this.doors));
    }
    return this.layers.get(index);
  }

  edgeState(edge) {
    if (!this.network.lawful[edge]) return null;
    const best = this.state.layer.level[this.betterArc(edge)];
    return best === 0 ? "blocked" : best === 1 ? "unclear" : null;
  }

  /* Of an edge's two arcs the one this profile can better use. */
  betterArc(edge) {
    const { level } = this.state.layer;
    return level[2 * edge] >= level[2 * edge + 1] ? 2 * edge : 2 * edge + 1;
  }

  isPoint(edge) {
    const kind = this.network.kind[edge];
    return kind >= FIRST_BARRIER || STOREY_WAYS.includes(kind);
  }

  /* ---- the answer ---- */

  async answer({ first = false } = {}) {
    const state = this.state;
    state.layer = await this.layer(state.profile);
    state.sweeps = {};
    state.field = null;
    state.times = {};
    for (const answer of ANSWERS) {
      state.sweeps[answer] = this.search.sweep(state.layer, state.service, LEVEL[answer]);
      state.times[answer] = this.search.homeTimes(state.sweeps[answer]);
    }
    state.standard = state.layer.standard_units[state.service];
    this.colour();
    this.shares = this.countShares();
    this.headline();
    this.legend();
    this.labelDistricts();
    if (!first) this.repaint();
    if (state.home >= 0) this.select(state.home, { keepView: true, keepFocus: true });
    if (state.view === "list") this.tables();
    if (!first) this.toFragment();
    document.documentElement.dataset.ready = String(Number(document.documentElement.dataset.ready ?? 0) + 1);
  }

  colour() {
    const { times, answer, standard, service } = this.state;
    const limits = [standard / 2, standard, standard * 1.5];
    const units = times[answer];
    for (let i = 0; i < units.length; i++) this.painted.bands[i] = bandOf(units[i], limits);
    this.painted.service = service;
  }

  /* Weighted shares within the standard, per district and for all; the last entry is the whole area. */
  countShares() {
    const { times, standard } = this.state;
    const { district, weight, merged } = this.doors;
    const count = this.config.districts.length;
    const rows = Array.from({ length: count + 1 }, () => ({ homes: 0, weight: 0, sure: 0, likely: 0, possible: 0 }));
    const add = (row, i) => {
      row.homes += merged ? merged[i] : 1;
      row.weight += weight[i];
      if (times.sure[i] <= standard) row.sure += weight[i];
      if (times.likely[i] <= standard) row.likely += weight[i];
      if (times.possible[i] <= standard) row.possible += weight[i];
    };
    for (let i = 0; i < district.length; i++) {
      if (district[i] >= 0) add(rows[district[i]], i);
      add(rows[count], i);
    }
    return rows;
  }

  mergedSentence() {
    return say("merged", { marks: number(this.doors.homes), metres: number(this.config.spread_m) });
  }

  headline() {
    const { layer, service, standard } = this.state;
    const all = this.shares[this.shares.length - 1];
    const of100 = (answer) => number(all.weight ? Math.round((100 * all[answer]) / all.weight) : 0);
    const chosen = this.config.services[service];
    const { placeService } = this.doors;
    const usable = placeService.some((one, place) => one === service && layer.placeLevel[place] > 0);
    $("headline").textContent = usable
      ? fill(WORDS.headline[this.config.counted], {
          likely: of100("likely"), sure: of100("sure"), possible: of100("possible"), lead: profileLead(layer),
          minutes: say("minutes_long", { count: limitMinutes(standard * UNIT_S) }), one: serviceOne(chosen), nom: serviceNom(chosen),
        })
      : placeService.includes(service)
        ? say("headline_closed", { with: profileWith(layer), service: chosen.name })
        : say("headline_none");
    const homes = `${number(all.homes)} ${WORDS.counted.homes}` + (this.config.counted === "homes" ? "" : `, ${number(Math.round(all.weight))} ${WORDS.counted[this.config.counted]}`);
    const detail = say("headline_detail", { homes, minutes: limit(standard * UNIT_S) });
    $("detail").textContent = this.doors.merged ? `${detail} ${this.mergedSentence()}` : detail;
  }

  legend() {
    const { standard, answer, service, layer } = this.state;
    $("legend-answer").textContent = say("legend_answer", { answer: WORDS.answers[answer], counted: WORDS.counted[this.config.counted] });
    const limits = [standard / 2, standard, standard * 1.5];
    const counts = [0, 0, 0, 0, 0];
    const { weight } = this.doors; // the same weights as in the headline
    this.painted.bands.forEach((band, i) => (counts[band] += weight[i]));
    const all = counts.reduce((sum, part) => sum + part, 0);
    const rows = WORDS.map.band_short.map((short, band) => {
      const canvas = element("canvas", { width: "44", height: "44", "aria-hidden": "true" });
      const context = canvas.getContext("2d");
      context.scale(2, 2);
      mark(context, band, 11, 11, 7);
      const label = `${short}: ${fill(WORDS.map.bands[band] ?? "", { minutes: limit((limits[band] ?? 0) * UNIT_S) })}`;
      const share = all ? counts[band] / all : 0;
      return element("li", { children: [canvas, element("span", { text: band === 4 ? notReached(answer) : label }), element("b", { text: percent(share) })] });
    });
    const signs = [
      [(c) => diamond(c, 11, 11, 8, PAINT.place), say("legend_place", { service: this.config.services[service].name })],
      [(c) => barrierMark(c, 11, 11, true), say("legend_blocked", { with: profileWith(layer) })],
      [(c) => barrierMark(c, 11, 11, false), say("legend_unclear")],
    ];
    for (const [draw, text] of signs) {
      const canvas = element("canvas", { width: "44", height: "44", "aria-hidden": "true" });
      const context = canvas.getContext("2d");
      context.scale(2, 2);
      draw(context);
      rows.push(element("li", { children: [canvas, element("span", { text })] }));
    }
    $("legend-bands").replaceChildren(...rows, element("li", { children: [element("span", { cls: "small", text: say("legend_zoom") })] }));
  }

  repaint() {
    this.tiles.repaint();
    this.labelDistricts();
    this.drawMarks();
  }

  /* ---- one home ---- */

  tap({ latlng }) {
    const zoom = this.map.getZoom();
    const { x, y } = L.CRS.EPSG3857.latLngToPoint(latlng, 0).divideBy(256);
    const reach = 16 / (256 * 2 ** zoom);
    const box = [x - reach, y - reach, x + reach, y + reach];
    const nearest = (items, px, py) => {
      let best = -1;
      let least = reach * reach;
      for (const i of items) {
        const distance = (px(i) - x) ** 2 + (py(i) - y) ** 2;
        if (distance <= least) [best, least] = [i, distance];
      }
      return [best, least];
    };
    const [home, homeAway] = this.show.homes ? nearest(this.homeGrid.within(...box), (i) => this.doors.homeX[i], (i) => this.doors.homeY[i]) : [-1, 1];
    const barriers = zoom >= BARRIER_ZOOM && this.show.barriers ? this.edgeGrid.within(...box).filter((e) => this.painted.pointState(e)) : [];
    const [edge, edgeAway] = nearest(barriers, (e) => edgeMiddle(this.network, e)[0], (e) => edgeMiddle(this.network, e)[1]);
    if (edge >= 0 && (home < 0 || edgeAway < homeAway)) this.tellBarrier(edge);
    else if (home >= 0) this.select(home, { keepView: true });
  }

  tellBarrier(edge) {
    const layer = this.state.layer;
    const arc = this.betterArc(edge);
    const item = { arc, edge, level: layer.level[arc], kind: this.network.kind[edge] };
    $("answer").replaceChildren(
      element("h2", { text: WORDS.kinds[item.kind], tabindex: "-1" }),
      element("ul", { children: [barrierItem(this, layer, item)] })
    );
    $("hint").hidden = true;
  }

  select(home, { keepView = false, keepFocus = false } = {}) {
    this.state.home = home;
    const found = showHome(this, this.state, home, $("answer"));
    $("hint").hidden = true;
    this.drawWays(home, found, !keepView);
    if (!keepFocus) $("answer").querySelector("h2").focus({ preventScroll: window.innerWidth > 800 });
    this.toFragment();
  }

  whyNot(home) {
    return whyNot(this, this.state, home);
  }
}

Object.assign(Page.prototype, overlays, ways, finder, views);

function bandOf(units, limits) {
  if (units === INF) return 4;
  return units <= limits[0] ? 0 : units <= limits[1] ? 1 : units <= limits[2] ? 2 : 3;
}

window.startCouncilMap = async (map) => {
  const page = new Page(map);
  window.wegeketten = page;
  const { at } = page.state;
  if (at) map.setView(at.slice(1), at[0], { animate: false });
  else map.fitBounds(page.config.bounds, { animate: false });
  try {
    await page.load();
  } catch (error) {
    $("headline").textContent = say("failed", { error: error.message });
    throw error;
  }
};
