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

/* A limit in whole minutes, rounded down but never to nothing. */
function limitMinutes(seconds) {
  return Math.max(1, Math.floor((seconds + 1e-6) / 60));
}

function limit(seconds) {
  return minutes(60 * limitMinutes(seconds));
}

/* Whole minutes, rounded up: nobody is promised a minute too few. Beside a limit, which is rounded down, a time
   within it is never shown as more, and a time beyond it never as the limit or less. */
function minutes(seconds, most) {
  let whole = Math.ceil(seconds / 60 - 1e-6 / 60);
  if (most !== undefined && most >= 60) {
    const shown = limitMinutes(most);
    whole = seconds <= most ? Math.min(whole, shown) : Math.max(whole, shown + 1);
  }
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

function profileLead(profile) {
  return WORDS.profiles[profile.id]?.lead ?? fill(WORDS.profile_fallback.lead, { name: profile.name });
}

/* Unknown is not impossible: what no known measure guarantees is not proven. */
function notReached(answer) {
  return say(answer === "sure" ? "not_proven" : "not_reached");
}

function serviceNom(service) {
  return WORDS.services[service.id]?.nom ?? fill(WORDS.service_fallback.nom, { name: service.name });
}

function serviceOne(service) {
  const known = WORDS.services[service.id];
  return known ? known.one : fill(WORDS.service_fallback.one, { name: service.name });
}

function amount(attribute, value) {
  const words = WORDS.attributes[attribute];
  if (words.values && String(value) in words.values) return words.values[String(value)];
  return number(value || 0, attribute === "width_m" ? 2 : 1) + (words.unit ? " " + words.unit : "");
}

/* `back`: the edge is walked against its drawing direction, up becomes down. */
function readingText({ attribute, value, lower, upper, from }, limit, back) {
  const turn = attribute === "incline_pct" && back ? -1 : 1;
  const bounds = [turn * lower, turn * upper].sort((a, b) => a - b);
  const least = attribute === "width_m" || attribute === "handrail_sides";
  const name = WORDS.attributes[attribute].name;
  const down = attribute === "incline_pct" && typeof limit === "number" && limit < 0;
  const told = down ? say("downhill", { value: amount(attribute, -limit) }) : amount(attribute, limit);
  if (from === ASSUMED && typeof limit === "number") {
    const values = { name, value: amount(attribute, turn * value), limit: told };
    return say(least ? "assumed_min" : "assumed_max", values);
  }
  const notes = [];
  if (lower !== upper) notes.push(say("between", { lower: amount(attribute, bounds[0]), upper: amount(attribute, bounds[1]) }));
  if (WORDS.provenance[from]) notes.push(WORDS.provenance[from]);
  if (typeof limit === "number") {
    notes.push(say(least ? "limit_min" : "limit_max", { limit: told }));
  }
  return say("reading", { name, value: amount(attribute, turn * value) }) + (notes.length ? ` (${notes.join("; ")})` : "");
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
