"use strict";
/* Words and numbers in the page's language. Every text reaches the page through textContent. */

let WORDS = null;

function say(key, values = {}) {
  let text = WORDS.map[key];
  if (typeof text === "object" && !Array.isArray(text)) text = values.count === 1 ? text.one : text.other;
  return fill(text, values);
}

function fill(text, values) {
  return text.replace(/\{(\w+)\}/g, (whole, name) => (name in values ? String(values[name]) : whole));
}

const FORMATS = new Map(); // making one takes longer than thousands of uses

function number(value, digits = 0) {
  if (!FORMATS.has(digits)) FORMATS.set(digits, new Intl.NumberFormat(WORDS.lang, { maximumFractionDigits: digits }));
  return FORMATS.get(digits).format(value);
}

/* Whole minutes, rounded up: nobody is promised a minute too few. */
function minutes(seconds) {
  const whole = Math.ceil(seconds / 60 - 1e-9);
  return whole < 90 ? number(whole) + " min" : number(Math.floor(whole / 60)) + " h " + number(whole % 60) + " min";
}

function metres(value) {
  return value < 995 ? number(Math.round(value / 10) * 10) + " m" : number(value / 1000, 1) + " km";
}

function percent(share) {
  const value = share * 100;
  const shown = value > 0 && value < 1 ? "<" + number(1) : value < 100 && value > 99 ? ">" + number(99) : number(value);
  return shown + " %";
}

function profileWith(profile) {
  const known = WORDS.profiles[profile.id];
  return known ? known.with : fill(WORDS.profile_fallback.with, { name: profile.name });
}

function serviceOne(service) {
  const known = WORDS.services[service.id];
  return known ? known.one : fill(WORDS.service_fallback.one, { name: service.name });
}

function amount(attribute, value) {
  const words = WORDS.attributes[attribute];
  if (words.values && String(value) in words.values) return words.values[String(value)];
  return number(value, attribute === "width_m" ? 2 : 1) + (words.unit ? " " + words.unit : "");
}

/* `back`: the edge is walked against its drawing direction, up becomes down. */
function readingText({ attribute, value, lower, upper, from }, limit, back) {
  const turn = attribute === "incline_pct" && back ? -1 : 1;
  const bounds = [turn * lower, turn * upper].sort((a, b) => a - b);
  const notes = [];
  if (lower !== upper) notes.push(say("between", { lower: amount(attribute, bounds[0]), upper: amount(attribute, bounds[1]) }));
  notes.push(WORDS.provenance[from]);
  if (typeof limit === "number") {
    const least = attribute === "width_m" || attribute === "handrail_sides";
    notes.push(say(least ? "limit_min" : "limit_max", { limit: amount(attribute, limit) }));
  }
  return say("reading", { name: WORDS.attributes[attribute].name, value: amount(attribute, turn * value) }) + " (" + notes.join("; ") + ")";
}

/**
 * A new element with a class and a text; children are elements.
 * @param {string} tag
 * @param {Record<string, any>} [properties]
 * @returns {any}
 */
function element(tag, { text, cls, children = [], ...attributes } = {}) {
  const made = document.createElement(tag);
  if (cls) made.className = cls;
  if (text !== undefined) made.textContent = text;
  for (const [name, value] of Object.entries(attributes)) if (value !== undefined) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

function button(text, act, attributes = {}) {
  const made = element("button", { text, type: "button", ...attributes });
  made.addEventListener("click", act);
  return made;
}
