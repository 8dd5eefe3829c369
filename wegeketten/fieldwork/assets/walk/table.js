"use strict";

/**
 * The survey file: lines as `wegeketten build --survey` reads them, the columns as Python names them.
 * @param {Answers} answers
 */
function surveyFile(answers) {
  const { config, state } = answers;
  const by = state.withName ? state.name : "";
  const lines = [config.columns];
  config.places.forEach((place, number) => {
    const position = state.withPosition ? state.spots[number] : "";
    const told = [state.notes[number], position && fill(config.words.position_note, { position })];
    let note = told.filter(Boolean).join("; ");
    const said = place.asks.filter((ask) => answers.said(number, ask.attribute));
    for (const ask of said.length || !note ? said : place.asks.slice(0, 1)) {
      const answer = answers.get(number, ask.attribute);
      const unsure = answer && answers.value(number, ask.attribute, false) === "" ? config.words.unsure : "";
      for (const [id, lat, lon, turned] of ask.targets) {
        const value = answers.value(number, ask.attribute, turned);
        const remark = [unsure, note].filter(Boolean).join("; ");
        lines.push([lat, lon, id, ask.attribute, value, answer?.date ?? "", clean(by), clean(remark)].map(String));
        note = ""; // once per place
      }
    }
  });
  const text = lines.map((line) => line.map((cell) => (/[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell)).join(","));
  return `\ufeff${text.join("\r\n")}\r\n`;
}

/**
 * Free text for a cell: in one line, and nothing that a spreadsheet would run.
 * @param {string} text
 */
function clean(text) {
  const line = text.replace(/[\p{Cc}\p{Cf}\p{Co}\p{Cs}\u2028\u2029]+/gu, " ").trim().slice(0, 500);
  return /^[=+\-@＝＋－＠]/u.test(line) ? `'${line}` : line;
}

/**
 * How much has been said, for the summary.
 * @param {Answers} answers
 */
function counts(answers) {
  const found = { answers: 0, unsure: 0, places: 0 };
  answers.config.places.forEach((place, number) => {
    const said = place.asks.filter((ask) => answers.said(number, ask.attribute));
    const unsure = said.filter((ask) => answers.value(number, ask.attribute, false) === "");
    found.answers += said.length - unsure.length;
    found.unsure += unsure.length;
    if (said.length) found.places += 1;
  });
  return found;
}

/**
 * A text with its slots filled.
 * @param {string} text
 * @param {Record<string, string | number>} slots
 */
function fill(text, slots) {
  return text.replace(/\{(\w+)\}/g, (_, name) => String(slots[name]));
}
