"use strict";

/**
 * An element with its attributes and children; text stays text.
 * @param {string} name
 * @param {Record<string, string>} [attributes]
 * @param {(Node | string)[]} children
 * @returns {any}
 */
function make(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.append(...children);
  return element;
}

/** @param {string} name */
function drawing(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("aria-hidden", "true");
  svg.setAttribute("focusable", "false");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  use.setAttribute("href", `#d-${name}`);
  svg.append(use);
  return svg;
}

/** The card of one place: its questions with drawings, a note, photos. */
class Card {
  /**
   * @param {HTMLElement} host
   * @param {Answers} answers
   * @param {Photos | null} photos
   * @param {() => void} changed
   */
  constructor(host, answers, photos, changed) {
    this.host = host;
    this.answers = answers;
    this.photos = photos;
    this.changed = changed;
    this.words = answers.config.words;
    this.number = 0;
    /** @type {string[]} */
    this.addresses = [];
  }

  /** @param {number} number */
  show(number) {
    this.number = number;
    const place = this.answers.config.places[number];
    const title = make("h2", { id: "card-title" }, fill(this.words.place, { number: number + 1, what: place.what }));
    const note = make("textarea", { id: "note", rows: "2", maxlength: "400" });
    note.value = this.answers.state.notes[number] ?? "";
    note.addEventListener("input", () => this.answers.note(number, note.value));
    this.host.replaceChildren(
      title,
      make("p", {}, place.where),
      ...place.asks.map((ask) => this.question(place, ask)),
      make("p", {}, make("label", { for: "note" }, this.words.note), note),
      this.camera(),
    );
    this.showPhotos();
  }

  /**
   * @param {WalkPlace} place
   * @param {WalkAsk} ask
   */
  question(place, ask) {
    const { attribute } = ask;
    const question = this.answers.config.questions[attribute];
    const tiles = make("div", { class: question.choices.length === 2 ? "tiles two" : "tiles" });
    const group = make("fieldset", { id: `ask-${attribute}` }, make("legend", {}, question.ask));
    if (question.hint) {
      group.append(make("p", { class: "small", id: `hint-${attribute}` }, question.hint));
      group.setAttribute("aria-describedby", `hint-${attribute}`);
    }
    group.append(tiles);
    const options = [...question.choices, { drawing: "unsure", label: this.words.unsure }];
    options.forEach((choice, index) => {
      const value = index < question.choices.length ? index : -1;
      const tile = make("input", { type: "radio", name: attribute, value: String(value) });
      tile.checked = this.answers.get(this.number, attribute)?.choice === value;
      tile.addEventListener("change", () => {
        if (exact) exact.value = "";
        this.set(attribute, { choice: value, exact: "" }, check);
      });
      tiles.append(make("label", { class: "tile" }, tile, drawing(choice.drawing), make("span", {}, choice.label)));
    });
    const exact = question.exact && this.exact(group, attribute, question.exact, () => check());
    const direction = question.signed && place.bearing !== null && this.direction(group, attribute, place.bearing);
    const check = () => {
      const answer = this.answers.get(this.number, attribute);
      const value = this.answers.exact(attribute, answer);
      for (const tile of tiles.querySelectorAll("input")) tile.checked = answer?.choice === Number(tile.value);
      if (exact) {
        const wrong = Boolean(exact.value.trim()) && value === null;
        exact.setAttribute("aria-invalid", String(wrong));
        group.querySelector(".warning").hidden = !wrong;
      }
      const sloped = value ? true : Boolean(question.choices[answer?.choice ?? -1]?.falling);
      if (direction) direction.hidden = !sloped;
    };
    check();
    return group;
  }

  /**
   * @param {string} attribute
   * @param {Partial<Answer>} change
   * @param {() => void} check
   */
  set(attribute, change, check) {
    this.answers.set(this.number, attribute, change);
    check();
    this.changed();
  }

  /**
   * A field for the measured number.
   * @param {HTMLElement} group
   * @param {string} attribute
   * @param {{ unit: string, least: number, most: number }} limits
   * @param {() => void} check
   */
  exact(group, attribute, limits, check) {
    const id = `exact-${attribute}`;
    const mode = attribute === "step_count" ? "numeric" : "decimal";
    const field = make("input", { type: "text", inputmode: mode, id, maxlength: "8", autocomplete: "off", "aria-describedby": `${id}-wrong` });
    field.value = this.answers.get(this.number, attribute)?.exact ?? "";
    field.addEventListener("input", () => this.set(attribute, { exact: field.value, choice: null }, check));
    const name = limits.unit ? fill(this.words.exact, { unit: limits.unit }) : this.words.count;
    const wrong = make("p", { class: "warning", id: `${id}-wrong` }, fill(this.words.exact_wrong, limits));
    wrong.hidden = true;
    group.append(make("div", { class: "exact" }, make("label", { for: id }, name), field), wrong);
    return field;
  }

  /**
   * Which way a slope goes.
   * @param {HTMLElement} group
   * @param {string} attribute
   * @param {number} bearing
   */
  direction(group, attribute, bearing) {
    const toward = (/** @type {number} */ turn) =>
      fill(this.words.direction_up, { toward: this.words.compass[(bearing + turn) % 8] });
    const tiles = make("div", { class: "tiles" });
    const part = make("fieldset", {}, make("legend", {}, this.words.direction), tiles);
    const options = [["up", toward(0)], ["down", toward(4)], ["", this.words.direction_unknown]];
    for (const [value, label] of options) {
      const tile = make("input", { type: "radio", name: `${attribute}-direction`, value });
      tile.checked = (this.answers.get(this.number, attribute)?.direction ?? "") === value;
      tile.addEventListener("change", () => {
        this.answers.set(this.number, attribute, { direction: /** @type {Answer["direction"]} */ (value) });
        this.changed();
      });
      tiles.append(make("label", { class: "tile plain" }, tile, make("span", {}, label)));
    }
    group.append(part);
    return part;
  }

  camera() {
    const field = make("input", { type: "file", accept: "image/*", capture: "environment", id: "photo" });
    const told = make("p", { class: "small", role: "status" });
    const { number } = this;
    field.addEventListener("change", async () => {
      const file = field.files[0];
      field.value = "";
      if (!file) return;
      told.textContent = "";
      try {
        await this.photos?.store;
      } catch {
        this.photos = null;
      }
      if (!this.photos) {
        told.textContent = this.words.photo_blocked;
        return;
      }
      try {
        await this.photos.add(number, file);
        await this.showPhotos();
      } catch {
        told.textContent = this.words.photo_broken;
      }
    });
    return make("div", {}, make("label", { for: "photo" }, this.words.photo), field, make("ul", { id: "photos" }), told);
  }

  async showPhotos() {
    const { number } = this;
    const found = await (this.photos?.of(number).catch(() => []) ?? []);
    const list = this.host.querySelector("#photos");
    if (number !== this.number || !list) return;
    for (const address of this.addresses.splice(0)) URL.revokeObjectURL(address);
    list.replaceChildren(...found.map(({ key, blob }, index) => {
      const address = URL.createObjectURL(blob);
      this.addresses.push(address);
      const remove = make("button", { type: "button" }, fill(this.words.photo_delete, { number: index + 1 }));
      remove.addEventListener("click", async () => {
        await this.photos?.remove(key);
        await this.showPhotos();
        /** @type {HTMLElement | null} */ (this.host.querySelector("#photo"))?.focus();
      });
      const name = fill(this.words.photo_name, { number: index + 1, place: number + 1 });
      return make("li", {}, make("img", { src: address, alt: name }), remove);
    }));
  }
}
