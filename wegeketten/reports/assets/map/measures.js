"use strict";
/* Part of the page: what if. Measures of the plan, or any barrier tapped, are switched on and off. */

const TIMES_SHOWN = ["after", "before", "split"];
const MOST_SWITCHED = 500; // names that a link may carry

const measures = {
  /* ---- the set ---- */

  async needWorks() {
    if (!this.works) this.works = await (this.loadingWorks ??= loadWorks(this.network, this.doors));
    return this.works;
  },

  layerWorks(layer) {
    layer.works ??= worksOf(this.works, layer, layer.own ? this.ownLevelsAfter(layer) : []);
    return layer.works;
  },

  /* Limits that were set, held against what the works leave behind. */
  ownLevelsAfter(layer) {
    this.worked ??= edgesAfter(this.works, this.network);
    const { limits } = layer.own;
    return SLIDERS.filter(({ name }) => name in limits).map((slider) => ({ name: slider.name, levels: levelsOf(slider, limits[slider.name], layer, this.worked) }));
  },

  /* Names of the set for the link: numbers of whole measures, ids of other barriers. */
  setNames() {
    if (!this.works) return this.state.setNames ?? [];
    const left = new Set(this.state.on);
    const names = [];
    for (const item of this.config.measures) {
      if (!item.works.length || !item.works.every((row) => left.has(row))) continue;
      names.push(String(item.number));
      item.works.forEach((row) => left.delete(row));
    }
    return [...names, ...[...left].map((row) => this.workId(row))];
  },

  workId(row) {
    const place = placeOf(this.works, row);
    return place < 0 ? edgeId(this.network, this.works.edges[row]) : this.doors.columns.place_id[place];
  },

  async setFromNames(names) {
    this.state.on = new Set();
    if (!names.length) return;
    const works = await this.needWorks();
    const ids = new Map();
    if (names.some((name) => !/^\d+$/.test(name))) for (let row = 0; row < works.name.length; row++) ids.set(this.workId(row), row);
    for (const name of names) {
      const item = this.config.measures.find((one) => String(one.number) === name);
      for (const row of item ? item.works : ids.has(name) ? [ids.get(name)] : []) this.state.on.add(row);
    }
  },

  /* Times with the set switched on; those of today where nothing is. */
  applySet() {
    const { state } = this;
    if (state.on.size) {
      this.layerWorks(state.layer);
      state.scenario ??= new Scenario(this.search, this.works, state.today.sweeps, state.today.times);
      state.scenario.set(state.on);
    } else state.scenario = null;
    const shown = state.scenario && state.time !== "before" ? state.scenario : state.today;
    state.sweeps = { ...shown.sweeps };
    state.times = shown.times;
    state.fieldStale = true;
    if (this.works?.places.length) state.field = null; // its goals may be others
  },

  /* In how many answers an arc is open, with the works that are switched on. */
  levelNow(layer, arc, before = false) {
    const { scenario, time } = this.state;
    if (!scenario || before || time === "before" || layer !== this.state.layer) return layer.level[arc];
    const row = this.works.rowOf[arc >> 1];
    return row >= 0 && scenario.on.has(row) ? Math.max(layer.level[arc], layer.works.level[2 * row + (arc & 1)]) : layer.level[arc];
  },

  /* Weights in which everything is open that only ability closes, at a price; see Search.weight. */
  openWeights() {
    const { layer, scenario, time } = this.state;
    if (!scenario || time === "before") return this.search.weightsOf(layer, 0);
    return weightsAfter(this.search, layer, this.works, scenario.on, 0);
  },

  /* In how many answers places can be used, with the platforms that are switched on. */
  usableNow() {
    const { layer, scenario, time } = this.state;
    return !scenario || time === "before" ? layer.placeLevel : placeLevels(layer, this.works, scenario.on);
  },

  afterTimes() {
    return (this.state.scenario ?? this.state.today).times;
  },

  async switchWorks(rows, on) {
    await this.needWorks();
    const { state } = this;
    const stale = new Set(state.time === "before" ? [...state.on, ...rows] : rows);
    for (const row of rows) {
      if (on) state.on.add(row);
      else state.on.delete(row);
    }
    if (state.time === "before") state.time = "after";
    this.applySet();
    this.present({ step: true, edges: edgesOf(this.works, this.search.joints.place, [...stale]) });
  },

  isOn(item) {
    return item.works.length > 0 && item.works.every((row) => this.state.on.has(row));
  },

  /* ---- its cost and what it brings ---- */

  euroRange,

  /* Each barrier is paid once; measures of the plan cost what the plan says. */
  costOf(on) {
    const left = new Set(on);
    let [low, high] = [0, 0];
    for (const item of this.config.measures) {
      if (!item.works.length || !item.works.every((row) => left.has(row))) continue;
      low += item.low_eur;
      high += item.high_eur;
      item.works.forEach((row) => left.delete(row));
    }
    for (const row of left) {
      low += this.works.low[row];
      high += this.works.high[row];
    }
    return { low, high };
  },

  gains() {
    const { gained } = this.painted;
    const { weight, merged } = this.doors;
    let [people, homes] = [0, 0];
    gained.forEach((one, i) => {
      if (!one) return;
      people += weight[i];
      homes += merged ? merged[i] : 1;
    });
    return { people, homes };
  },

  /* ---- the panel ---- */

  makeWhatIf() {
    const list = this.config.measures.map((item) => this.switchOf(item));
    $("measures-list").replaceChildren(...list);
    $("measures-none").hidden = list.length > 0;
    $("all-on").hidden = !list.length;
    $("all-on").addEventListener("click", async () => {
      await this.needWorks();
      this.switchWorks(this.config.measures.flatMap((item) => item.works), true);
    });
    $("all-off").addEventListener("click", () => this.switchWorks([...this.state.on], false));
    for (const time of TIMES_SHOWN) {
      const radio = element("input", { type: "radio", name: "time-shown", value: time, id: "time-" + time });
      radio.addEventListener("change", () => this.showTime(time));
      $("times-shown").append(element("label", { children: [radio, element("span", { text: say("time_" + time) })] }));
    }
    $("split").addEventListener("input", () => this.clip());
    $("gain-button").addEventListener("click", () => this.tellGains());
  },

  switchOf(item) {
    const box = element("input", { type: "checkbox", "data-number": item.number });
    box.disabled = !item.works.length;
    box.addEventListener("change", () => this.switchWorks(item.works, box.checked));
    const more = [item.where, euroRange(item.low_eur, item.high_eur), item.look && say("look_first"), this.notSwitched(item)];
    const label = element("label", { children: [box, element("span", { children: [element("span", { text: item.title }), element("small", { text: more.filter(Boolean).join(" · ") })] })] });
    const show = button(say("show"), () => this.showMark(item), { "aria-label": `${say("show_on_map")}: ${item.title}`, class: "plain" });
    return element("li", { children: [label, show] });
  },

  /* What of a measure this page cannot switch. */
  notSwitched({ works, platform }) {
    if (platform) return say(works.length ? "measure_platform_too" : "measure_platform");
    return works.length ? "" : say("measure_helps_nobody");
  },

  showMark(item) {
    this.openView("map");
    this.map.setView([item.lat, item.lon], 18, { animate: false });
    this.tell(item);
    this.focusAnswer();
  },

  showTime(time) {
    this.state.time = time;
    this.applySet();
    this.present({ step: true });
  },

  drawWhatIf() {
    const { state } = this;
    document.querySelectorAll("#measures-list input").forEach((box, i) => {
      /** @type {any} */ (box).checked = this.isOn(this.config.measures[i]);
    });
    const named = new Set(this.config.measures.filter((item) => this.isOn(item)).flatMap((item) => item.works));
    const own = [...state.on].filter((row) => !named.has(row));
    $("own-list").replaceChildren(...own.map((row) => this.ownSwitch(row)));
    $("own-title").hidden = !own.length;
    /** @type {any} */ ($("all-off")).disabled = !state.on.size;
    $("times-fields").hidden = !state.on.size;
    /** @type {any} */ (document.getElementById("time-" + state.time)).checked = true;
    $("gain-button").hidden = !state.on.size;
    $("gain-table").replaceChildren();
    $("whatif-own-limits").hidden = !state.limits;
    this.counting = null;
    $("whatif-sum").textContent = state.on.size ? this.sumSentence() : say("whatif_nothing");
    this.drawSplit();
  },

  ownSwitch(row) {
    const edge = this.works.edges[row];
    const place = placeOf(this.works, row);
    const box = element("input", { type: "checkbox" });
    box.checked = true;
    box.addEventListener("change", () => this.switchWorks([row], false));
    const parts = [place < 0 ? this.whereOf(edge) : placeLabel(this, place), this.works.names[this.works.name[row]], euroRange(this.works.low[row], this.works.high[row])];
    const name = place < 0 ? WORDS.kinds[this.network.kind[edge]] : say("platform_of_stop");
    return element("li", { children: [element("label", { children: [box, element("span", { children: [element("span", { text: name }), element("small", { text: parts.filter(Boolean).join(" · ") })] })] })] });
  },

  sumSentence() {
    const { layer, service } = this.state;
    const { low, high } = this.costOf(this.state.on);
    const { people, homes } = this.gains();
    const [before, after] = this.wholeShares();
    return [
      say("whatif_cost", { count: this.state.on.size, cost: euroRange(low, high) }),
      say("whatif_share", {
        with: profileLead(layer), service: this.config.services[service].name, counted: WORDS.counted[this.config.counted],
        before: number(outOf100(before.likely, before.weight)), after: number(outOf100(after.likely, after.weight)),
      }),
      say("whatif_gain", { gain: this.counted(people, homes) }),
    ].join(" ");
  },

  /* So many homes, and what they weigh where that is something else. */
  counted(people, homes) {
    const told = `${number(homes)} ${WORDS.counted.homes}`;
    return this.config.counted === "homes" ? told : `${told} (${number(people, people < 10 ? 1 : 0)} ${WORDS.counted[this.config.counted]})`;
  },

  /* A button for one barrier, where works are known for it. */
  async switchButton(edge) {
    const works = await this.needWorks();
    return this.switchRow(works.rowOf[edge], () => this.tellBarrier(edge));
  },

  /* The same for a platform, by the id of its place; nothing where the map knows no works on platforms. */
  async switchStop(id, again) {
    const works = await this.needWorks();
    if (!works.places.length || !this.doors.columns.place_id.includes(id)) return null;
    return this.switchRow(works.rowOfStop.get(id) ?? -1, again);
  },

  /* `again`: tells what was switched anew. */
  switchRow(row, again) {
    const { works } = this;
    if (row < 0) return element("p", { cls: "small", text: say("no_works") });
    const on = this.state.on.has(row);
    const act = async () => {
      await this.switchWorks([row], !on);
      again();
      this.focusAnswer();
    };
    const told = `${works.names[works.name[row]]}, ${euroRange(works.low[row], works.high[row])}`;
    return element("div", { children: [element("p", { text: say("works_here", { works: told }) }), button(say(on ? "switch_off" : "switch_on"), act, { class: "switch", "aria-pressed": String(on) })] });
  },

  /* ---- who gains, for everybody and everything ---- */

  /* Counted in pieces, so that the page goes on answering. */
  async tellGains() {
    const counting = (this.counting = {});
    const rows = [];
    const anybody = new Uint8Array(this.doors.homes);
    for (let p = 0; p < this.config.profiles.length; p++) {
      const layer = await this.layer(p);
      this.layerWorks(layer);
      for (let s = 0; s < this.config.services.length; s++) {
        const done = p * this.config.services.length + s;
        if (done % 4 === 0) {
          $("gain-status").textContent = say("gain_counting", { share: percent(done / this.config.profiles.length / this.config.services.length) });
          await new Promise((resolve) => setTimeout(resolve));
        }
        if (this.counting !== counting) return;
        const { people, homes } = this.gainsOf(layer, s, anybody);
        if (homes) rows.push({ profile: layer.name, service: this.config.services[s].name, people, homes });
      }
    }
    let [people, homes] = [0, 0];
    anybody.forEach((one, i) => {
      if (one) [people, homes] = [people + this.doors.weight[i], homes + (this.doors.merged?.[i] ?? 1)];
    });
    $("gain-status").textContent = say("gain_total", { gain: this.counted(people, homes) });
    if (rows.length) new Table($("gain-table"), this.gainTable(rows));
  },

  gainsOf(layer, service, anybody) {
    const sweep = this.ask(layer, service, LEVEL.likely);
    const today = this.search.homeTimes(sweep);
    const times = today.slice();
    switchable(this.search, this.works, sweep).renew([...this.state.on], [], times);
    const limit = layer.standard_units[service];
    let [people, homes] = [0, 0];
    for (let i = 0; i < times.length; i++) {
      if (today[i] <= limit || times[i] > limit) continue;
      anybody[i] = 1;
      people += this.doors.weight[i];
      homes += this.doors.merged?.[i] ?? 1;
    }
    return { people, homes };
  },

  gainTable(rows) {
    const count = (title, key) => ({ title, kind: "number", show: (row) => number(row[key]), value: (row) => row[key], csv: (row) => row[key] });
    const weighted = this.config.counted !== "homes";
    const columns = [text(say("gain_who"), (row) => row.profile), text(say("gain_what"), (row) => row.service), count(WORDS.counted.homes, "homes")];
    if (weighted) columns.push(count(WORDS.counted[this.config.counted], "people"));
    return { caption: say("gain_caption"), columns, rows, total: null, filterOf: null, action: null, file: "gains.csv" };
  },

  /* ---- before and after, side by side ---- */

  drawSplit() {
    const split = this.state.time === "split" && this.state.scenario !== null;
    $("split-row").hidden = !split;
    document.querySelectorAll(".split-label").forEach((label) => (/** @type {any} */ (label).hidden = !split));
    if (!this.tiles) return;
    if (split) this.beforeTiles.addTo(this.map);
    else this.beforeTiles.remove();
    this.clip();
  },

  /* Left of the line the map shows today, right of it what the measures make of it. */
  clip() {
    const split = this.state.time === "split" && this.state.scenario !== null;
    const [before, after] = ["before", "answer"].map((name) => this.map.getPane(name));
    $("split-line").hidden = !split;
    if (!split) {
      for (const pane of [before, after]) pane.style.clip = "";
      return;
    }
    const size = this.map.getSize();
    const share = Number($("split").value) / 100;
    const from = this.map.containerPointToLayerPoint([0, 0]);
    const to = this.map.containerPointToLayerPoint(size);
    const middle = from.x + share * size.x;
    before.style.clip = `rect(${from.y}px, ${middle}px, ${to.y}px, ${from.x}px)`;
    after.style.clip = `rect(${from.y}px, ${to.x}px, ${to.y}px, ${middle}px)`;
    $("split-line").style.left = `${100 * share}%`;
  },
};

/* A range of costs, both ends as coarse as the larger one: two digits of it count. The same as euro_range in
   wegeketten/words/numbers.py. */
function euroRange(low, high) {
  const step = 10 ** Math.max(0, Math.floor(Math.log10(Math.max(high, 1))) - 1);
  const to = (value, by) => Math.floor(value / by + 0.5) * by;
  const fine = 10 ** Math.max(0, Math.floor(Math.log10(Math.max(low, 1))));
  const [from, most] = [to(low, step) || (low > 0 ? to(low, fine) : 0), to(high, step)];
  return from === most ? say("euros_one", { cost: number(from) }) : say("euros", { low: number(from), high: number(most) });
}
