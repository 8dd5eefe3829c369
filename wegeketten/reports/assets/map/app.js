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
    this.show = { homes: true, places: true, districts: true, barriers: true, measures: true, sites: true, needs: false, walks: false, stops: false };
    /** @type {Record<string, any>} */
    this.state = { home: -1, on: new Set(), ...this.fromFragment() };
    this.layers = new Map();
    wearColours(matchMedia("(prefers-color-scheme: dark)").matches);
    this.form();
    this.searchForm();
    this.views();
    this.sheets();
    this.makeWhatIf();
    this.makeLimits();
    map.attributionControl.setPrefix(false);
    map.attributionControl.addAttribution("© OpenStreetMap contributors, ODbL");
    L.control.zoom({ zoomInTitle: say("zoom_in"), zoomOutTitle: say("zoom_out") }).addTo(map);
    L.control.scale({ imperial: false }).addTo(map);
    const frame = map.getContainer();
    frame.setAttribute("role", "application");
    frame.setAttribute("aria-label", say("map_label"));
  }

  /* ---- choices ---- */

  form() {
    const options = (select, list) => select.replaceChildren(...list.map((entry, i) => element("option", { text: entry.name, value: String(i) })));
    options($("profile"), this.config.profiles);
    options($("service"), this.config.services);
    $("profile").addEventListener("change", () => this.choose({ profile: Number($("profile").value), limits: null }));
    $("service").addEventListener("change", () => this.choose({ service: Number($("service").value) }));
    for (const answer of ANSWERS) {
      const radio = element("input", { type: "radio", name: "answer", value: answer, id: "answer-" + answer });
      radio.addEventListener("change", () => this.choose({ answer }));
      $("answers").append(element("label", { children: [radio, element("span", { text: WORDS.answers[answer] })] }));
    }
    this.layerBoxes();
    this.showChoices();
    $("choices").addEventListener("submit", (event) => event.preventDefault());
  }

  /* Switches of what the map shows, each with its sign. */
  layerBoxes() {
    const signs = {
      homes: (c) => mark(c, 0, 11, 11, 6, "likely"), places: (c) => diamond(c, 11, 11, 8, PAINT.place), districts: (c) => districtSign(c, 11, 11),
      barriers: (c) => barrierMark(c, 11, 11, true), measures: (c) => measureSign(c, 11, 11, false), walks: (c) => walkSign(c, 11, 11),
      sites: (c) => siteSign(c, 11, 11), needs: (c) => needSign(c, 11, 11), stops: (c) => stopSign(c, 11, 11),
    };
    const boxes = [];
    for (const name of Object.keys(signs)) {
      if (Array.isArray(this.config[name]) && !this.config[name].length) continue;
      const box = element("input", { type: "checkbox", "data-layer": name });
      box.checked = this.show[name];
      box.addEventListener("change", () => {
        this.show[name] = box.checked;
        this.repaint();
      });
      boxes.push(element("label", { children: [box, signCanvas(signs[name]), element("span", { text: this.layerName(name) })] }));
    }
    for (const label of $("layers").querySelectorAll("label")) label.remove();
    $("layers").append(...boxes);
  }

  layerName(name) {
    const told = say("layer_" + name);
    return name === "measures" && this.config.measures.length > FIRST_MEASURES ? `${told} ${say("measures_far", { count: number(FIRST_MEASURES) })}` : told;
  }

  showChoices() {
    const { profile, service, answer } = this.state;
    $("profile").value = String(profile);
    $("service").value = String(service);
    /** @type {any} */ (document.getElementById("answer-" + answer)).checked = true;
    this.showLimits();
  }

  async choose(change) {
    Object.assign(this.state, change);
    this.showLimits();
    await this.answer({ step: true });
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
    this.edgeGrid = Grid.ofLines(network);
    this.placeGrid = Grid.ofPoints(doors.placeX, doors.placeY);
    this.cells = new Cells(doors);
    this.makeTiles(base);
    this.drawDistricts();
    await this.setFromNames(this.state.setNames);
    await this.answer({ first: true });
    this.tiles.addTo(this.map);
    this.listen();
    setTimeout(() => this.hintAddress());
    const home = this.homeNamed(this.state.homeAt);
    if (home >= 0) this.select(home, { keepView: true });
    if (this.state.view === "list") this.openView("list");
    this.remember();
  }

  makeTiles(base) {
    for (const [pane, level] of [["answer", "300"], ["before", "301"]]) this.map.createPane(pane).style.zIndex = level;
    const bounds = L.latLngBounds(this.config.limits).pad(0.1);
    this.baseTiles = new CanvasTiles(basePainter(base, this.network, this.edgeGrid), { bounds }).addTo(this.map);
    const count = this.doors.homes;
    this.painted = {
      show: this.show,
      bands: new Uint8Array(count).fill(4),
      before: new Uint8Array(count).fill(4),
      gained: new Uint8Array(count),
      services: this.visited(),
      answer: this.state.answer,
      shares: new Map(),
      cells: (before, z) => {
        const { shares } = this.painted;
        const key = `${before}/${cellMetres(z)}`;
        if (!shares.has(key)) shares.set(key, this.cells.shares(cellMetres(z), before ? this.painted.before : this.painted.bands));
        return shares.get(key);
      },
      isBlocked: (e, before) => this.edgeState(e, before) === "blocked",
      pointState: (e, before) => (this.isPoint(e) ? this.edgeState(e, before) : null),
    };
    this.tiles = new CanvasTiles(answerPainter(this.painted, this, false), { bounds, pane: "answer" });
    this.beforeTiles = new CanvasTiles(answerPainter(this.painted, this, true), { bounds, pane: "before" });
  }

  listen() {
    this.map.on("click", (event) => this.tap(event));
    this.map.on("move", () => this.clip());
    this.map.on("moveend", () => {
      this.clip();
      this.remember({ moved: true });
    });
    this.map.on("zoomend", () => this.drawSigns());
    window.addEventListener("popstate", () => this.goBack());
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", (event) => this.wear(event.matches));
  }

  /* Change the map's colours with those of the system, and to light ones for printing. */
  wear(dark) {
    if (!wearColours(dark)) return;
    this.baseTiles.repaint(null, Boolean(this.printing));
    this.legend();
    this.layerBoxes();
    this.repaint();
    if (this.state.home >= 0) this.select(this.state.home, { keepView: true, keepFocus: true });
  }

  async layer(index) {
    if (!this.layers.has(index)) {
      const description = this.config.profiles[index];
      const columns = await unpack("data-profile-" + description.id);
      this.layers.set(index, profileOf(description, columns, this.network, this.doors));
    }
    const layer = this.layers.get(index);
    if (this.config.worlds && !layer.chance) layer.chance = (await unpack("data-chance-" + layer.id)).chance;
    return layer;
  }

  /* What stands at an edge today, or with the measures that are switched on. */
  edgeState(edge, before = false) {
    if (!this.network.lawful[edge]) return null;
    const { layer } = this.state;
    const best = Math.max(this.levelNow(layer, 2 * edge, before), this.levelNow(layer, 2 * edge + 1, before));
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

  /* Not needed for the first picture of a town. */
  get homeGrid() {
    return (this.homesByCell ??= Grid.ofPoints(this.doors.homeX, this.doors.homeY));
  }

  /* ---- the answer ---- */

  async answer({ first = false, step = false } = {}) {
    const { state } = this;
    const layer = await this.layer(state.profile);
    state.layer = state.limits ? withLimits(layer, state.limits, this.network) : layer;
    if (this.config.services[state.service].chain) await this.tellWait();
    state.today = { sweeps: {}, times: {} };
    for (const answer of ANSWERS) {
      const sweep = (state.today.sweeps[answer] = this.ask(state.layer, state.service, LEVEL[answer]));
      state.today.times[answer] = this.search.homeTimes(sweep);
    }
    state.standard = state.layer.standard_units[state.service];
    state.scenario = state.field = null;
    this.applySet();
    this.present({ first, step });
  }

  /* Chains take a moment: say so before the page is busy. */
  async tellWait() {
    $("headline").textContent = say("chain_counting");
    await new Promise((resolve) => setTimeout(resolve, 20));
  }

  /* A service's times from every node, or a chain's. */
  ask(layer, service, level) {
    const { chain } = this.config.services[service];
    return chain ? new ChainSweep(this.search, layer, chain, level) : this.search.sweep(layer, service, level);
  }

  /* Services of which places are visited. */
  visited() {
    const { service } = this.state;
    return this.config.services[service].chain?.visit ?? [service];
  }

  /* Show what the state now says. `edges`: the only ones that look different than before, where that is known. */
  present({ first = false, step = false, edges = null } = {}) {
    const { state } = this;
    this.colour();
    this.shares = this.countShares();
    this.headline();
    this.legend();
    this.drawWhatIf();
    $("standard-told").textContent = this.config.standards[state.service] ?? "";
    if (first) this.drawSigns();
    else this.repaint(edges && this.staleTiles(edges));
    const waiting = (this.following = {});
    const follow = () => {
      if (waiting === this.following) this.presentDetails();
      if (!first) this.remember({ step });
      document.documentElement.dataset.ready = String(Number(document.documentElement.dataset.ready ?? 0) + 1);
    };
    if (edges && (state.home >= 0 || state.view === "list")) setTimeout(follow); // the map answers a switch at once
    else follow();
  }

  /* The home that is open, and the list. */
  presentDetails() {
    const { state } = this;
    if (state.home >= 0) this.select(state.home, { keepView: true, keepFocus: true });
    if (state.view === "list") this.tables();
  }

  repaint(stale = null) {
    this.tiles.repaint(stale, Boolean(this.printing));
    this.beforeTiles.repaint(stale, Boolean(this.printing));
    this.drawSigns();
  }

  /* Tiles on which a recoloured home, its square or one of some edges lies. */
  staleTiles(edges) {
    const { homeX, homeY } = this.doors;
    const boxes = this.recoloured.flatMap((i) => [homeX[i], homeY[i], homeX[i], homeY[i]]);
    for (const e of edges) boxes.push(...boxOfLine(this.network, e));
    return tilesWith(boxes, (z) => (z <= CELL_ZOOM ? cellMetres(z) * this.cells.scale : 0));
  }

  /* Marks first: labels of districts make room for them. */
  drawSigns() {
    this.drawMarks();
    this.labelDistricts();
    this.labelWay();
  }

  /* ---- one home ---- */

  tap({ latlng }) {
    const zoom = this.map.getZoom();
    const { x, y } = L.CRS.EPSG3857.latLngToPoint(latlng, 0).divideBy(256);
    if (zoom <= CELL_ZOOM && this.show.homes) return this.tellCell(x, y, zoom);
    const reach = 22 / (256 * 2 ** zoom);
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
    const barriers = zoom >= BARRIER_ZOOM && this.show.barriers ? this.edgeGrid.within(...box).filter((e) => this.painted.pointState(e, true)) : [];
    const [edge, edgeAway] = nearest(barriers, (e) => edgeMiddle(this.network, e)[0], (e) => edgeMiddle(this.network, e)[1]);
    if (edge >= 0 && (home < 0 || edgeAway < homeAway)) this.tellBarrier(edge);
    else if (home >= 0) this.select(home, { keepView: true });
  }

  tellBarrier(edge) {
    const layer = this.state.layer;
    const arc = this.betterArc(edge);
    const item = { arc, edge, level: layer.level[arc], kind: this.network.kind[edge] };
    const where = this.whereOf(edge);
    const host = element("div");
    this.tellParts(WORDS.kinds[item.kind], [
      ...(where ? [element("p", { text: where })] : []),
      element("ul", { children: [barrierItem(this, layer, item)] }),
      host,
    ]);
    this.switchButton(edge).then((found) => host.replaceChildren(found));
  }

  /* Something other than a home in the answer's place. */
  tellParts(title, parts) {
    this.state.home = -1;
    this.clearWay();
    $("answer").replaceChildren(element("h2", { text: title, tabindex: "-1" }), ...parts);
    $("hint").hidden = true;
    this.openSheet("answer");
  }

  focusAnswer() {
    $("answer").querySelector("h2")?.focus({ preventScroll: true });
  }

  closeAnswer() {
    this.state.home = -1;
    this.clearWay();
    $("answer").replaceChildren();
    $("hint").hidden = false;
    this.closeSheet();
  }

  select(home, { keepView = false, keepFocus = false } = {}) {
    const again = this.state.home === home;
    this.state.home = home;
    const found = showHome(this, this.state, home, $("answer"));
    $("hint").hidden = true;
    if (!keepFocus) this.openSheet("answer");
    if (!keepFocus || again) this.drawWays(home, found, !keepView && !keepFocus, keepFocus);
    if (!keepFocus) this.focusAnswer();
    this.remember({ step: !keepFocus });
  }

  whyNot(home) {
    return whyNot(this, this.state, home);
  }

  burdens() {
    return burdens(this);
  }
}

Object.assign(Page.prototype, memory, result, measures, ownLimits, overlays, ways, areas, whereabouts, finder, views, sheets);

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
