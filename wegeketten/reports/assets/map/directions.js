"use strict";
/* A way in words: street by street with metres and turns, and where a barrier stands; to read, print and hear. */

const TURN_AT = 35; // degrees: less is straight on
const SHORTEST_PIECE_M = 8; // shorter pieces without a name belong to the next one

/* Pieces of a way on one street each: [{ name, metres, turn, items }], items with their metres from the start. */
function piecesOf(model, way, items) {
  const { network } = model;
  const { name, names } = network.columns;
  const pieces = [];
  let metres = 0;
  let heading = null;
  for (const step of way.steps) {
    if (step.from === step.to) continue;
    const length = (Math.abs(step.to - step.from) * network.lengthCm[step.edge]) / 100;
    const street = name[step.edge] >= 0 ? names[name[step.edge]] : "";
    const line = wayLine(network, [step]);
    const last = pieces.at(-1);
    const joins = last && (last.name === street || (!street && length < SHORTEST_PIECE_M));
    if (joins) last.metres += length;
    else pieces.push({ name: street, metres: length, from: metres, turn: heading === null || line.length < 2 ? null : turnOf(heading, bearing(line[0], line[1])), items: [] });
    if (line.length > 1 && length > 1) heading = bearing(line.at(-2), line.at(-1));
    metres += length;
  }
  for (const item of items) pieces.filter((piece) => piece.from <= item.at + 0.01).at(-1)?.items.push(item);
  return pieces;
}

/**
 * Degrees from north between two positions.
 * @param {number[]} from
 * @param {number[]} to
 */
function bearing([lat0, lon0], [lat1, lon1]) {
  return (Math.atan2((lon1 - lon0) * Math.cos((lat0 * Math.PI) / 180), lat1 - lat0) * 180) / Math.PI;
}

function turnOf(before, after) {
  const turn = ((after - before + 540) % 360) - 180;
  return Math.abs(turn) < TURN_AT ? "straight" : turn > 0 ? "right" : "left";
}

/* Sentences of a way, one for each piece and each barrier. */
function sentencesOf(model, layer, way, items) {
  const sentences = [];
  for (const piece of piecesOf(model, way, items)) {
    const street = piece.name || say("direction_unnamed");
    sentences.push(say("direction_" + (piece.turn ?? "start"), { street, metres: metres(Math.max(10, piece.metres)) }));
    for (const item of piece.items) {
      const { name } = barrierText(model, layer, item);
      sentences.push(say("direction_barrier", { metres: metres(item.at), name, state: say("state_" + stateOf(item.level)) }));
    }
  }
  const goal = way.returning ? say("chain_home") : placeLabel(model, way.place);
  sentences.push(say("direction_goal", { place: goal, metres: metres(way.metres ?? 0) }));
  return sentences;
}

function directionParts(model, layer, { answer, way, items }) {
  if (!answer || !way) return [];
  const sentences = sentencesOf(model, layer, way, items);
  const list = element("ol", { cls: "directions", children: sentences.map((text) => element("li", { text })) });
  const details = element("details", { cls: "way-in-words", children: [element("summary", { text: say("directions_title") })] });
  const large = button(say("directions_large"), () => large.setAttribute("aria-pressed", String(details.classList.toggle("huge"))), { "aria-pressed": "false" });
  const tools = element("p", { cls: "row", children: [large, ...speechButtons(sentences)] });
  details.append(tools, list);
  return [details];
}

/* The browser's own voice, where it has one; nothing leaves the page. */
function speechButtons(sentences) {
  const voice = window.speechSynthesis;
  if (!voice || typeof SpeechSynthesisUtterance === "undefined") return [];
  const speak = () => {
    voice.cancel();
    for (const sentence of sentences) {
      const told = new SpeechSynthesisUtterance(sentence);
      told.lang = WORDS.lang === "de" ? "de-DE" : "en-GB";
      told.rate = 0.9;
      voice.speak(told);
    }
  };
  return [button(say("speak"), speak, { class: "speak" }), button(say("speak_stop"), () => voice.cancel())];
}
