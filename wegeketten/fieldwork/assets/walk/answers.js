"use strict";

/** What has been answered on this walk. It is kept on the device with every change, where the device allows it. */
class Answers {
  /** @param {WalkConfig} config */
  constructor(config) {
    this.config = config;
    this.key = `wegeketten-walk-${config.id}`;
    this.kept = true;
    this.state = this.read();
    this.write();
  }

  /** @returns {WalkState} */
  empty() {
    return { answers: {}, notes: {}, spots: {}, here: 0, name: "", withName: false, withPosition: false };
  }

  /** What was kept; nothing where it is damaged or of another shape. */
  read() {
    let text = null;
    try {
      text = localStorage.getItem(this.key);
    } catch {
      this.kept = false;
    }
    try {
      const found = JSON.parse(text ?? "null");
      if (found && typeof found === "object" && typeof found.answers === "object" && found.answers) {
        const state = { ...this.empty(), ...found };
        state.here = Math.min(Math.max(Math.trunc(Number(state.here)) || 0, 0), this.config.places.length - 1);
        return state;
      }
    } catch { /* begin anew */ }
    return this.empty();
  }

  write() {
    try {
      localStorage.setItem(this.key, JSON.stringify(this.state));
    } catch {
      this.kept = false;
    }
  }

  /** Read what another tab has written. */
  reread() {
    this.state = this.read();
  }

  clear() {
    this.state = this.empty();
    this.write();
  }

  /**
   * @param {number} place
   * @param {string} attribute
   * @returns {Answer | undefined}
   */
  get(place, attribute) {
    return this.state.answers[`${place}:${attribute}`];
  }

  /**
   * @param {number} place
   * @param {string} attribute
   * @param {Partial<Answer>} change
   */
  set(place, attribute, change) {
    const before = this.get(place, attribute) ?? { choice: null, exact: "", direction: "", date: "" };
    const answer = { ...before, ...change, date: today() };
    if (answer.choice === null && !answer.exact.trim()) delete this.state.answers[`${place}:${attribute}`];
    else this.state.answers[`${place}:${attribute}`] = answer;
    this.write();
  }

  /**
   * @param {number} place
   * @param {string} text
   */
  note(place, text) {
    if (text.trim()) this.state.notes[place] = text;
    else delete this.state.notes[place];
    this.write();
  }

  /**
   * The number given instead of a choice; null where there is none or it cannot be.
   * @param {string} attribute
   * @param {Answer | undefined} answer
   */
  exact(attribute, answer) {
    const limits = this.config.questions[attribute].exact;
    const text = answer?.exact.trim().replace(",", ".") ?? "";
    if (!limits || !/^\d{1,6}(\.\d{1,4})?$/.test(text)) return null;
    const value = Number(text);
    if (attribute === "step_count" && !Number.isInteger(value)) return null;
    return value >= limits.least && value <= limits.most ? value : null;
  }

  /**
   * Whether something was said, "not sure" included.
   * @param {number} place
   * @param {string} attribute
   */
  said(place, attribute) {
    const answer = this.get(place, attribute);
    return Boolean(answer) && (answer?.choice !== null || this.exact(attribute, answer) !== null);
  }

  /**
   * @param {number} place
   * @returns {"done" | "part" | "open"}
   */
  stateOf(place) {
    const { asks } = this.config.places[place];
    const said = asks.filter((ask) => this.said(place, ask.attribute)).length;
    return said === asks.length ? "done" : said ? "part" : "open";
  }

  /**
   * What stands in the survey file for one line of it; "" for "not sure".
   * @param {number} place
   * @param {string} attribute
   * @param {boolean} turned  whether the line is drawn against the card's direction
   */
  value(place, attribute, turned) {
    const answer = this.get(place, attribute);
    const question = this.config.questions[attribute];
    if (!answer) return "";
    const direction = turned && answer.direction ? (answer.direction === "up" ? "down" : "up") : answer.direction;
    const exact = this.exact(attribute, answer);
    if (exact !== null && question.exact) {
      const unit = question.exact.unit ? ` ${question.exact.unit}` : "";
      if (!question.signed || direction === "up" || exact === 0) return `${exact}${unit}`;
      return direction === "down" ? `-${exact}${unit}` : `-${exact}..${exact}${unit}`;
    }
    const choice = question.choices[answer.choice ?? -1];
    if (!choice) return "";
    if (!choice.falling || direction === "up") return choice.value;
    return direction === "down" ? choice.falling : choice.either;
  }
}

/** The day on this device, as 2026-11-30. */
function today() {
  const now = new Date();
  const two = (/** @type {number} */ part) => String(part).padStart(2, "0");
  return `${now.getFullYear()}-${two(now.getMonth() + 1)}-${two(now.getDate())}`;
}
