"use strict";

/**
 * An element of the page.
 * @param {string} id
 * @returns {any}
 */
const part = (id) => document.getElementById(id);

/** The page: one place after the other, then handing in. */
class WalkPage {
  /** @param {WalkConfig} config */
  constructor(config) {
    this.config = config;
    this.words = config.words;
    this.answers = new Answers(config);
    this.view = new WalkView(/** @type {any} */ (document.querySelector("#frame .walk-map")), config, (place) => this.go(place, true));
    this.photos = this.openPhotos();
    this.card = new Card(part("card"), this.answers, this.photos, () => this.changed());
    /** @type {number | null} */
    this.watch = null;
    /** @type {GeolocationPosition | null} */
    this.position = null;
    this.list();
    this.wire();
    this.show();
    document.documentElement.dataset.ready = "1";
  }

  openPhotos() {
    try {
      return new Photos(this.config.id);
    } catch {
      return null;
    }
  }

  get here() {
    return this.answers.state.here;
  }

  list() {
    part("list").replaceChildren(...this.config.places.map((place, number) => {
      const name = `${fill(this.words.place, { number: number + 1, what: place.what })}, ${place.where} – `;
      const button = make("button", { type: "button" }, name, make("span", {}));
      button.addEventListener("click", () => this.go(number, true));
      return make("li", {}, button);
    }));
  }

  wire() {
    part("back").addEventListener("click", () => this.go(this.here - 1, true));
    part("next").addEventListener("click", () => (this.here + 1 < this.config.places.length ? this.go(this.here + 1, true) : this.toEnd()));
    part("whole").addEventListener("click", () => this.view.whole());
    part("zoom-in").addEventListener("click", () => this.view.zoom(0.6));
    part("zoom-out").addEventListener("click", () => this.view.zoom(1 / 0.6));
    part("locate").addEventListener("click", () => this.toggleLocate());
    part("download").addEventListener("click", () => this.download());
    part("share").addEventListener("click", () => this.share());
    part("clear").addEventListener("click", () => this.clear());
    const { state } = this.answers;
    part("name").value = state.name;
    part("with-name").checked = state.withName;
    part("with-position").checked = state.withPosition;
    part("name").addEventListener("input", () => this.keep({ name: part("name").value }));
    part("with-name").addEventListener("change", () => this.keep({ withName: part("with-name").checked }));
    part("with-position").addEventListener("change", () => {
      this.keep({ withPosition: part("with-position").checked, spots: {} });
      if (part("with-position").checked && this.watch === null) this.toggleLocate();
    });
    part("share").hidden = !this.canShare();
    window.addEventListener("storage", (event) => {
      if (event.key !== this.answers.key) return;
      this.answers.reread();
      this.show();
    });
    window.addEventListener("beforeunload", (event) => {
      if (!this.answers.kept && counts(this.answers).places) event.preventDefault();
    });
    window.addEventListener("beforeprint", () => this.print());
    window.addEventListener("afterprint", () => this.view.lookAt(this.here));
  }

  /** @param {Partial<WalkState>} change */
  keep(change) {
    Object.assign(this.answers.state, change);
    this.answers.write();
    this.told();
  }

  show() {
    this.card.show(this.here);
    this.view.lookAt(this.here);
    this.told();
  }

  /**
   * @param {number} place
   * @param {boolean} focus
   */
  go(place, focus) {
    if (place < 0 || place >= this.config.places.length) return;
    this.keep({ here: place });
    this.show();
    if (!focus) return;
    part("card").focus({ preventScroll: true });
    part("card").scrollIntoView({ block: "start" });
  }

  toEnd() {
    part("end").focus({ preventScroll: true });
    part("end").scrollIntoView({ block: "start" });
  }

  /** Something was answered: where, if that is wanted, and how much is done. */
  changed() {
    const { state } = this.answers;
    if (state.withPosition && this.position) {
      const { latitude, longitude, accuracy } = this.position.coords;
      state.spots[this.here] = `${latitude.toFixed(5)} ${longitude.toFixed(5)} ±${Math.round(accuracy)} m`;
      this.answers.write();
    }
    this.told();
  }

  told() {
    const { places } = this.config;
    const states = places.map((_, number) => this.answers.stateOf(number));
    const done = states.filter((state) => state === "done").length;
    say(part("progress"), fill(this.words.progress, { done, count: places.length }));
    part("kept").textContent = this.answers.kept ? this.words.kept : this.words.not_kept;
    part("kept").classList.toggle("warning", !this.answers.kept);
    this.view.mark(this.here, (place) => states[place]);
    [...part("list").querySelectorAll("button")].forEach((button, number) => {
      button.setAttribute("aria-current", String(number === this.here));
      button.lastChild.textContent = this.words[`state_${states[number]}`];
      button.lastChild.className = states[number];
    });
    part("back").disabled = this.here === 0;
    part("next").textContent = this.here + 1 < places.length ? this.words.next : this.words.to_end;
    const found = counts(this.answers);
    part("summary").textContent = found.places ? fill(this.words.summary, found) : this.words.nothing;
  }

  toggleLocate() {
    const on = this.watch === null;
    part("locate").setAttribute("aria-pressed", String(on));
    if (!on) {
      navigator.geolocation.clearWatch(/** @type {number} */ (this.watch));
      this.watch = this.position = null;
      this.view.me.classList.add("away");
      say(part("position"), "");
      return;
    }
    if (!navigator.geolocation) {
      this.noPosition();
      return;
    }
    say(part("position"), this.words.locating);
    this.watch = navigator.geolocation.watchPosition((position) => this.located(position), () => this.noPosition(), { enableHighAccuracy: true });
  }

  noPosition() {
    if (this.watch !== null) navigator.geolocation.clearWatch(this.watch);
    this.watch = this.position = null;
    part("locate").setAttribute("aria-pressed", "false");
    say(part("position"), this.words.no_position);
  }

  /** @param {GeolocationPosition} position */
  located(position) {
    this.position = position;
    const at = this.view.locate(position.coords);
    if (!at) {
      say(part("position"), this.words.outside);
      return;
    }
    const { x, y } = this.config.places[this.here];
    const east = x - at.x, north = at.y - y;
    const metres = Math.round(Math.hypot(east, north) / this.config.map.units / 10) * 10;
    const toward = this.words.compass[(Math.round(Math.atan2(east, north) / (Math.PI / 4)) + 8) % 8];
    const text = metres < 20 ? this.words.at_place : this.words.distance;
    say(part("position"), fill(text, { number: this.here + 1, metres, toward }));
  }

  file() {
    return new File([surveyFile(this.answers)], `${this.config.file}-${today()}.csv`, { type: "text/csv" });
  }

  canShare() {
    try {
      return Boolean(navigator.canShare?.({ files: [this.file()] }));
    } catch {
      return false;
    }
  }

  async share() {
    try {
      await navigator.share({ files: [this.file()] });
      say(part("sent"), this.words.shared);
    } catch (error) {
      say(part("sent"), /** @type {Error} */ (error).name === "AbortError" ? "" : this.words.not_shared);
    }
  }

  download() {
    const file = this.file();
    const address = URL.createObjectURL(file);
    make("a", { href: address, download: file.name }).click();
    setTimeout(() => URL.revokeObjectURL(address), 60_000);
    say(part("sent"), fill(this.words.saved, { file: file.name }));
  }

  async clear() {
    if (!window.confirm(this.words.clear_sure)) return;
    this.answers.clear();
    part("name").value = "";
    part("with-name").checked = part("with-position").checked = false;
    await this.photos?.clear().catch(() => undefined);
    this.show();
    say(part("sent"), this.words.cleared);
  }

  /** The whole map, and boxes ticked as answered. */
  print() {
    this.view.whole();
    for (const box of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("#sheet [data-ask]"))) {
      const [place, attribute] = (box.dataset.ask ?? "").split(":");
      const answer = this.answers.get(Number(place), attribute);
      const { choice, direction } = box.dataset;
      if (choice !== undefined || direction !== undefined) {
        const ticked = direction === undefined ? String(answer?.choice) === choice : answer?.direction === direction;
        box.textContent = `${ticked ? "☒" : "☐"}${box.textContent?.slice(1)}`;
      } else if (answer?.exact.trim()) {
        const unit = this.config.questions[attribute].exact?.unit ?? "";
        box.textContent = `${answer.exact.trim()} ${unit}`;
      }
    }
    for (const [place, note] of Object.entries(this.answers.state.notes)) {
      const line = document.querySelector(`#sheet [data-note="${Number(place)}"]`);
      if (line) line.textContent = note;
    }
  }
}

/**
 * A status line; said again only where it changes.
 * @param {HTMLElement} line
 * @param {string} text
 */
function say(line, text) {
  if (line.textContent !== text) line.textContent = text;
}

new WalkPage(JSON.parse(part("config").textContent));
