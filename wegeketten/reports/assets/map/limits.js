"use strict";
/* Part of the page: limits of one's own. What an edge is worth is judged again from its readings, by the rules of
   wegeketten/people/checks.py; times stay those of the profile it was made from. */

const SLIDERS = [
  { name: "kerb_cm", attribute: "kerb_cm", sign: 1, min: 0, max: 20, step: 1, unlimited: 20 },
  { name: "incline_up_pct", attribute: "incline_pct", sign: 1, min: 2, max: 20, step: 1, unlimited: 20 },
  { name: "width_m", attribute: "width_m", sign: -1, min: 0.6, max: 2, step: 0.1, unlimited: 0.6 },
];

/* Limits from the link, such as kerb_cm:6;width_m:0.8; null where there are none. */
function limitsFrom(text) {
  const limits = {};
  for (const part of text.split(";")) {
    const [name, value] = part.split(":");
    const slider = SLIDERS.find((one) => one.name === name);
    const given = Number(value);
    if (slider && value !== "" && Number.isFinite(given)) limits[name] = Math.min(slider.max, Math.max(slider.min, given));
  }
  return Object.keys(limits).length ? limits : null;
}

function limitsText(limits) {
  return Object.entries(limits).map(([name, value]) => `${name}:${value}`).join(";");
}

/* The limit that a profile states; undefined where it states none. */
function statedLimit(layer, { attribute, sign, name }) {
  const found = layer.checks.find(([known, limit]) => known === attribute && typeof limit === "number" && (name !== "incline_up_pct" || limit * sign > 0));
  return found && found[1];
}

/* A copy of a profile with other limits. */
function withLimits(layer, limits, network) {
  const own = SLIDERS.filter(({ name }) => name in limits);
  const replaced = own.map((slider) => layer.checks.findIndex(([known, limit]) => known === slider.attribute && (slider.name !== "incline_up_pct" || limit > 0)));
  const kept = layer.checks.map((_, i) => i).filter((i) => !replaced.includes(i));
  const width = layer.checks.length;
  const levels = own.map((slider) => levelsOf(slider, limits[slider.name], layer, network));
  const level = new Uint8Array(layer.level.length);
  const others = new Uint8Array(layer.outcomes.length / width);
  for (let row = 0; row < others.length; row++) others[row] = kept.reduce((least, i) => Math.min(least, layer.outcomes[row * width + i]), 3);
  for (let arc = 0; arc < level.length; arc++) level[arc] = levels.reduce((least, one) => Math.min(least, one[arc]), others[layer.outcome[arc]]);
  const checks = own.map((slider, i) => ({ check: [slider.attribute, limits[slider.name]], levels: levels[i] }));
  return { ...layer, level, weights: undefined, own: { kept, checks, limits }, prices: new Int32Array(layer.prices.length), works: undefined };
}

/* In how many answers a limit holds on each arc. */
function levelsOf({ attribute, name, sign, unlimited }, limit, layer, network) {
  const levels = new Uint8Array(2 * network.u.length).fill(3);
  const codes = network.columns[attribute + ":code"];
  if (limit === unlimited || !codes) return levels;
  const rows = network.columns[attribute + ":rows"];
  const free = new Set(attribute === "width_m" ? layer.free_kinds : attribute === "incline_pct" ? OFF_GROUND : []);
  const told = layer.wheelchair_tag ? network.columns["wheelchair:code"] : null;
  const yes = network.columns["wheelchair:rows"];
  for (let e = 0; e < codes.length; e++) {
    if (!codes[e] || free.has(network.kind[e])) continue;
    const [value, lower, upper, from] = rows.subarray(4 * codes[e], 4 * codes[e] + 4);
    // A mapper's wheelchair=yes overrules what was only assumed.
    if (told && told[e] && from === ASSUMED && yes[4 * told[e] + 3] <= TOLD && yes[4 * told[e] + 1] >= 100) continue;
    const most = name === "incline_up_pct" && limit >= LONG_PCT && limit < SHORT_PCT && network.shortSlopes.has(e) ? SHORT_PCT : limit;
    levels[2 * e] = holds(sign * value, sign > 0 ? lower : -upper, sign > 0 ? upper : -lower, sign * most * 100);
    levels[2 * e + 1] = name === "incline_up_pct" ? holds(-value, -upper, -lower, most * 100) : levels[2 * e];
  }
  return levels;
}

function holds(value, lower, upper, most) {
  if (lower > most) return 0;
  return upper <= most ? 3 : value <= most ? 2 : 1;
}

const ownLimits = {
  makeLimits() {
    const rows = SLIDERS.map((slider) => {
      const id = "limit-" + slider.name;
      const range = element("input", { type: "range", id, min: slider.min, max: slider.max, step: slider.step });
      const told = element("output", { for: id, id: id + "-told" });
      range.addEventListener("input", () => (told.textContent = this.limitTold(slider, Number(range.value))));
      range.addEventListener("change", () => this.choose({ limits: { ...(this.state.limits ?? {}), [slider.name]: Number(range.value) } }));
      return element("p", { children: [element("label", { for: id, text: say("own_" + slider.name) }), range, told] });
    });
    $("limit-sliders").replaceChildren(...rows);
    $("limits-reset").addEventListener("click", () => this.choose({ limits: null }));
    this.showLimits();
  },

  limitTold(slider, value) {
    return value === slider.unlimited ? say("own_no_limit") : amount(slider.attribute, value);
  },

  showLimits() {
    if (!$("limit-sliders").hasChildNodes()) return;
    const description = this.config.profiles[this.state.profile];
    for (const slider of SLIDERS) {
      const range = /** @type {any} */ (document.getElementById("limit-" + slider.name));
      const value = this.state.limits?.[slider.name] ?? statedLimit(description, slider) ?? slider.unlimited;
      range.value = String(value);
      const told = this.limitTold(slider, Number(range.value));
      document.getElementById(range.id + "-told").textContent = told;
      range.setAttribute("aria-valuetext", told);
    }
    /** @type {any} */ ($("limits-reset")).disabled = !this.state.limits;
  },
};
