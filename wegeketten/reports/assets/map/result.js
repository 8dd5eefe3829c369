"use strict";
/* Part of the page: the answer for everybody. Colours, shares, the headline and the legend. */

const result = {
  colour() {
    const { times, today, answer, standard } = this.state;
    const limits = this.bandLimits();
    const { gained, bands, before } = this.painted;
    const after = this.afterTimes().likely;
    const todays = today.times;
    /** @type {number[]} homes that look different now */
    this.recoloured = [];
    for (let i = 0; i < gained.length; i++) {
      const now = bandOf(times[answer][i], limits);
      const was = bandOf(todays[answer][i], limits);
      const gain = todays.likely[i] > standard && after[i] <= standard ? 1 : 0;
      if (bands[i] === now && before[i] === was && gained[i] === gain) continue;
      bands[i] = now;
      before[i] = was;
      gained[i] = gain;
      this.recoloured.push(i);
    }
    this.painted.shares.clear();
    this.painted.services = this.visited();
    this.painted.answer = answer;
  },

  bandLimits() {
    const { standard } = this.state;
    return [standard / 2, standard, standard * 1.5];
  },

  /* Weighted shares within the standard, per district and for all; the last entry is the whole area. */
  countShares(times = this.state.times) {
    const { standard } = this.state;
    const { district, weight } = this.doors;
    const count = this.config.districts.length;
    const summed = (counts) => {
      const sums = new Float64Array(count + 1);
      for (let i = 0; i < district.length; i++) {
        const one = counts(i);
        if (!one) continue;
        if (district[i] >= 0) sums[district[i]] += one;
        sums[count] += one;
      }
      return sums;
    };
    this.sizes ??= { homes: summed((i) => this.doors.merged?.[i] ?? 1), weight: summed((i) => weight[i]) };
    const [sure, likely, possible] = ANSWERS.map((answer) => summed((i) => (times[answer][i] <= standard ? weight[i] : 0)));
    const { homes, weight: all } = this.sizes;
    return Array.from(all, (_, row) => ({ homes: homes[row], weight: all[row], sure: sure[row], likely: likely[row], possible: possible[row] }));
  },

  /* The whole area's shares today and with the set switched on; counted once for each picture. */
  wholeShares() {
    const { today, scenario, times } = this.state;
    today.shares ??= this.countShares(today.times).at(-1);
    if (!scenario) return [today.shares, today.shares];
    return [today.shares, scenario.times === times ? this.shares.at(-1) : this.countShares(scenario.times).at(-1)];
  },

  mergedSentence() {
    return say("merged", { marks: number(this.doors.homes), metres: number(this.config.spread_m) });
  },

  headline() {
    const { layer, service, standard, answer } = this.state;
    const all = this.shares[this.shares.length - 1];
    const chosen = this.config.services[service];
    const { placeService } = this.doors;
    const visited = this.visited();
    const levels = this.usableNow();
    const usable = visited.every((one) => placeService.some((other, place) => other === one && levels[place] > 0));
    const values = {
      ...Object.fromEntries(ANSWERS.map((one) => [one, number(outOf100(all[one], all.weight))])),
      lead: profileLead(layer), one: serviceOne(chosen), nom: serviceNom(chosen),
      minutes: say("minutes_long", { count: limitMinutes(standard * UNIT_S) }),
    };
    if (chosen.chain) Object.assign(values, { name: chosen.name, counted: WORDS.counted[this.config.counted] });
    const told = chosen.chain ? WORDS.map["chain_" + answer] : WORDS[answer === "likely" ? "headline" : "headline_" + answer][this.config.counted];
    const sentence = usable
      ? fill(told, values)
      : visited.every((one) => placeService.includes(one))
        ? say("headline_closed", { with: profileWith(layer), service: chosen.name })
        : say("headline_none");
    $("headline").textContent = this.timeShown() + sentence;
    const homes = `${number(all.homes)} ${WORDS.counted.homes}` + (this.config.counted === "homes" ? "" : `, ${number(Math.round(all.weight))} ${WORDS.counted[this.config.counted]}`);
    const detail = say("headline_detail", { homes, minutes: limit(standard * UNIT_S) });
    $("detail").textContent = this.doors.merged ? `${detail} ${this.mergedSentence()}` : detail;
    $("own-limits-note").hidden = !this.state.limits;
  },

  /* Whether the sentence speaks of today or of what the chosen measures make of it. */
  timeShown() {
    if (!this.state.on.size) return "";
    return say(this.state.time === "before" ? "lead_before" : "lead_after", { count: this.state.on.size }) + " ";
  },

  legend() {
    const { answer, service, layer } = this.state;
    $("legend-answer").textContent = say("legend_answer", { answer: WORDS.answers[answer], counted: WORDS.counted[this.config.counted] });
    const limits = this.bandLimits();
    const counts = new Float64Array(5);
    const { weight } = this.doors; // the same weights as in the headline
    const { bands } = this.painted;
    for (let i = 0; i < bands.length; i++) counts[bands[i]] += weight[i];
    const all = counts.reduce((sum, part) => sum + part, 0);
    const shares = Array.from(counts, (part) => percent(all ? part / all : 0));
    const key = [answer, service, layer.id, PAINT.ground, ...limits].join();
    if (this.legendKey === key) return shares.forEach((share, band) => (this.legendShares[band].textContent = share));
    this.legendKey = key;
    this.legendShares = shares.map((text) => element("b", { text }));
    const rows = WORDS.map.band_short.map((short, band) => {
      const label = `${short}: ${fill(WORDS.map.bands[band] ?? "", { minutes: limit((limits[band] ?? 0) * UNIT_S) })}`;
      return legendRow((c) => mark(c, band, 11, 11, 7, answer), band === 4 ? notReached(answer) : label, [this.legendShares[band]]);
    });
    const signs = [
      ["district", (c) => districtSign(c, 11, 11), say("legend_district")],
      ["cut", (c) => edgeSign(c, 11, 11), say("legend_cut")],
      ["cells", (c) => cellSign(c, 11, 11), say("legend_cell")],
      ["place", (c) => diamond(c, 11, 11, 8, PAINT.place), say("legend_place", { service: this.config.services[service].name })],
      ["barrier", (c) => barrierMark(c, 11, 11, true), say("legend_blocked", { with: profileWith(layer) })],
      ["barrier", (c) => barrierMark(c, 11, 11, false), say("legend_unclear")],
      ["barrier", (c) => blockedSign(c, 11, 11), say("legend_blocked_way")],
      ["measures", (c) => measureSign(c, 11, 11, false), say("legend_measure")],
      ["switched", (c) => measureSign(c, 11, 11, true), say("legend_switched")],
      ["switched", (c) => gainSign(c, 11, 11), say("legend_gain")],
      ["sites", (c) => siteSign(c, 11, 11), say("legend_site")],
      ["needs", (c) => needSign(c, 11, 11), say("legend_need")],
      ["walks", (c) => walkSign(c, 11, 11), say("legend_walk")],
      ["stops", (c) => stopSign(c, 11, 11), say("legend_stop")],
      ["home", (c) => homeSign(c, 11, 11), say("legend_home")],
      ["home", (c) => waySign(c, 11, 11, PAINT.route, false), say("legend_route")],
      ["home", (c) => waySign(c, 11, 11, PAINT.mended, true), say("legend_mended")],
    ];
    const there = { district: this.config.districts.length, cut: this.config.districts.filter(({ cut }) => cut).length, measures: this.config.measures.length, walks: this.config.walks.length, sites: this.config.sites.length, needs: this.config.needs.length, stops: this.config.stops.length };
    const kept = signs.filter(([name]) => there[name] === undefined || there[name] > 0);
    const told = element("li", { children: [element("span", { cls: "small", text: say("legend_zoom") })] });
    $("legend-bands").replaceChildren(...rows, ...kept.map(([, draw, text]) => legendRow(draw, text)), told);
  },
};

function outOf100(part, whole) {
  return whole ? Math.round((100 * part) / whole) : 0;
}

/* A sign as it is drawn on the map, and what it means. */
function legendRow(draw, text, more = []) {
  return element("li", { children: [signCanvas(draw), element("span", { text }), ...more] });
}

function signCanvas(draw) {
  const canvas = element("canvas", { width: "44", height: "44", "aria-hidden": "true", class: "sign" });
  const context = canvas.getContext("2d");
  context.scale(2, 2);
  draw(context);
  return canvas;
}

function bandOf(units, limits) {
  if (units === INF) return 4;
  return units <= limits[0] ? 0 : units <= limits[1] ? 1 : units <= limits[2] ? 2 : 3;
}
