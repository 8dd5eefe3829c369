"use strict";
/* Part of the page: the answer for everybody. Colours, shares, the headline and the legend. */

const result = {
  colour() {
    const { times, today, answer, standard, service } = this.state;
    const limits = this.bandLimits();
    const into = (bands, units) => {
      for (let i = 0; i < units.length; i++) bands[i] = bandOf(units[i], limits);
    };
    into(this.painted.bands, times[answer]);
    into(this.painted.before, today.times[answer]);
    const { gained } = this.painted;
    const after = this.afterTimes().likely;
    for (let i = 0; i < gained.length; i++) gained[i] = today.times.likely[i] > standard && after[i] <= standard ? 1 : 0;
    this.painted.service = service;
    this.painted.answer = answer;
  },

  bandLimits() {
    const { standard } = this.state;
    return [standard / 2, standard, standard * 1.5];
  },

  /* Weighted shares within the standard, per district and for all; the last entry is the whole area. */
  countShares(times = this.state.times) {
    const { standard } = this.state;
    const { district, weight, merged } = this.doors;
    const count = this.config.districts.length;
    const rows = Array.from({ length: count + 1 }, () => ({ homes: 0, weight: 0, sure: 0, likely: 0, possible: 0 }));
    const add = (row, i) => {
      row.homes += merged ? merged[i] : 1;
      row.weight += weight[i];
      for (const answer of ANSWERS) if (times[answer][i] <= standard) row[answer] += weight[i];
    };
    for (let i = 0; i < district.length; i++) {
      if (district[i] >= 0) add(rows[district[i]], i);
      add(rows[count], i);
    }
    return rows;
  },

  mergedSentence() {
    return say("merged", { marks: number(this.doors.homes), metres: number(this.config.spread_m) });
  },

  headline() {
    const { layer, service, standard, answer } = this.state;
    const all = this.shares[this.shares.length - 1];
    const chosen = this.config.services[service];
    const { placeService } = this.doors;
    const usable = placeService.some((one, place) => one === service && layer.placeLevel[place] > 0);
    const values = {
      ...Object.fromEntries(ANSWERS.map((one) => [one, number(outOf100(all[one], all.weight))])),
      lead: profileLead(layer), one: serviceOne(chosen), nom: serviceNom(chosen),
      minutes: say("minutes_long", { count: limitMinutes(standard * UNIT_S) }),
    };
    const told = WORDS[answer === "likely" ? "headline" : "headline_" + answer][this.config.counted];
    const sentence = usable
      ? fill(told, values)
      : placeService.includes(service)
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
    const counts = [0, 0, 0, 0, 0];
    const { weight } = this.doors; // the same weights as in the headline
    this.painted.bands.forEach((band, i) => (counts[band] += weight[i]));
    const all = counts.reduce((sum, part) => sum + part, 0);
    const rows = WORDS.map.band_short.map((short, band) => {
      const label = `${short}: ${fill(WORDS.map.bands[band] ?? "", { minutes: limit((limits[band] ?? 0) * UNIT_S) })}`;
      const share = element("b", { text: percent(all ? counts[band] / all : 0) });
      return legendRow((c) => mark(c, band, 11, 11, 7, answer), band === 4 ? notReached(answer) : label, [share]);
    });
    const signs = [
      ["district", (c) => districtSign(c, 11, 11), say("legend_district")],
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
    const there = { district: this.config.districts.length, measures: this.config.measures.length, walks: this.config.walks.length, sites: this.config.sites.length, needs: this.config.needs.length, stops: this.config.stops.length };
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
