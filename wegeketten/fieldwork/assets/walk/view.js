"use strict";

const TAP_PX = 8;
const NEAR_PX = 30;
const SMALLEST_SIDE = 600; // units: 60 m

/** The map of the walk: moved by a finger, zoomed by two fingers or by buttons. */
class WalkView {
  /**
   * @param {SVGSVGElement} svg
   * @param {WalkConfig} config
   * @param {(place: number) => void} choose
   */
  constructor(svg, config, choose) {
    this.svg = svg;
    this.config = config;
    this.choose = choose;
    this.scaled = [...svg.querySelectorAll(".scaled")];
    this.marks = [...svg.querySelectorAll(".mark")];
    this.me = /** @type {SVGGElement} */ (svg.querySelector(".my-place"));
    /** @type {Map<number, { x: number, y: number }>} */
    this.fingers = new Map();
    this.moved = 0;
    this.box = { x: 0, y: 0, width: config.map.width, height: config.map.height };
    svg.addEventListener("pointerdown", (event) => this.down(event));
    svg.addEventListener("pointermove", (event) => this.move(event));
    for (const name of ["pointerup", "pointercancel"]) svg.addEventListener(name, (event) => this.up(/** @type {PointerEvent} */ (event)));
    new ResizeObserver(() => this.show()).observe(svg);
    this.show();
  }

  /** Units per pixel. */
  get unit() {
    const { clientWidth, clientHeight } = this.svg;
    return Math.max(this.box.width / (clientWidth || 640), this.box.height / (clientHeight || 640));
  }

  show() {
    const { x, y, width, height } = this.box;
    this.svg.setAttribute("viewBox", `${x} ${y} ${width} ${height}`);
    for (const sign of this.scaled) {
      sign.setAttribute("transform", `scale(${this.unit})`);
      const room = sign.getAttribute("data-room"); // a name is shown while it is no longer than its street
      if (room) sign.classList.toggle("away", this.unit > Number(room));
    }
  }

  whole() {
    this.box = { x: 0, y: 0, width: this.config.map.width, height: this.config.map.height };
    this.show();
  }

  /**
   * @param {number} factor  below 1 shows less
   * @param {{ x: number, y: number }} [about]  units that stay where they are
   */
  zoom(factor, about = { x: this.box.x + this.box.width / 2, y: this.box.y + this.box.height / 2 }) {
    const most = Math.max(this.config.map.width, this.config.map.height) * 1.5;
    const side = Math.max(this.box.width, this.box.height);
    const used = Math.min(Math.max(side * factor, SMALLEST_SIDE), most) / side;
    this.box = {
      x: about.x + (this.box.x - about.x) * used,
      y: about.y + (this.box.y - about.y) * used,
      width: this.box.width * used,
      height: this.box.height * used,
    };
    this.show();
  }

  /** @param {number} place */
  lookAt(place) {
    const { places, map } = this.config;
    const side = Math.min(map.width, 3000);
    const height = side * ((this.svg.clientHeight || 1) / (this.svg.clientWidth || 1));
    const start = (/** @type {number} */ at, /** @type {number} */ size, /** @type {number} */ whole) =>
      size >= whole ? (whole - size) / 2 : Math.min(Math.max(at - size / 2, 0), whole - size);
    const { x, y } = places[place];
    this.box = { x: start(x, side, map.width), y: start(y, height, map.height), width: side, height };
    this.show();
  }

  /**
   * @param {number} here
   * @param {(place: number) => "done" | "part" | "open"} stateOf
   */
  mark(here, stateOf) {
    for (const mark of [...this.marks, ...this.svg.querySelectorAll(".asked")]) {
      const place = Number(mark.getAttribute("data-place"));
      mark.classList.toggle("here", place === here);
      mark.classList.toggle("done", mark.classList.contains("mark") && stateOf(place) === "done");
      if (place === here && mark.classList.contains("mark")) mark.parentNode?.appendChild(mark); // on top
    }
  }

  /**
   * Show where the device is; returns the place in units, null outside the map.
   * @param {{ longitude: number, latitude: number, accuracy: number }} coords
   */
  locate({ longitude, latitude, accuracy }) {
    const { map } = this.config;
    const [a, b, c, d] = map.per_degree;
    const east = longitude - map.lon, north = latitude - map.lat;
    const x = map.x + a * east + b * north, y = map.y + c * east + d * north;
    const inside = x >= 0 && y >= 0 && x <= map.width && y <= map.height;
    this.me.classList.toggle("away", !inside);
    this.me.setAttribute("transform", `translate(${x.toFixed(0)} ${y.toFixed(0)})`);
    this.me.querySelector(".near")?.setAttribute("r", String(Math.min(accuracy, 500) * map.units));
    return inside ? { x, y } : null;
  }

  /** @param {{ x: number, y: number }} pixels */
  unitsAt(pixels) {
    const frame = this.svg.getBoundingClientRect();
    const { unit } = this;
    const spareX = (this.svg.clientWidth * unit - this.box.width) / 2;
    const spareY = (this.svg.clientHeight * unit - this.box.height) / 2;
    return {
      x: this.box.x - spareX + (pixels.x - frame.left) * unit,
      y: this.box.y - spareY + (pixels.y - frame.top) * unit,
    };
  }

  /** @param {PointerEvent} event */
  down(event) {
    if (this.fingers.size === 0) this.moved = 0;
    this.fingers.set(event.pointerId, { x: event.clientX, y: event.clientY });
    this.svg.setPointerCapture(event.pointerId);
  }

  /** @param {PointerEvent} event */
  move(event) {
    const before = this.fingers.get(event.pointerId);
    if (!before) return;
    const now = { x: event.clientX, y: event.clientY };
    const other = [...this.fingers].find(([id]) => id !== event.pointerId)?.[1];
    this.moved = Math.max(this.moved, Math.hypot(now.x - before.x, now.y - before.y));
    if (this.moved <= TAP_PX && !other) return;
    this.moved = Infinity;
    this.fingers.set(event.pointerId, now);
    if (other) {
      const ratio = Math.hypot(before.x - other.x, before.y - other.y) / Math.max(1, Math.hypot(now.x - other.x, now.y - other.y));
      this.zoom(ratio, this.unitsAt({ x: (now.x + other.x) / 2, y: (now.y + other.y) / 2 }));
    } else {
      this.box.x -= (now.x - before.x) * this.unit;
      this.box.y -= (now.y - before.y) * this.unit;
      this.show();
    }
  }

  /** @param {PointerEvent} event */
  up(event) {
    const known = this.fingers.delete(event.pointerId);
    if (!known || event.type !== "pointerup" || this.moved > TAP_PX) return;
    const at = this.unitsAt({ x: event.clientX, y: event.clientY });
    const away = this.config.places.map(({ x, y }) => Math.hypot(x - at.x, y - at.y));
    const nearest = away.indexOf(Math.min(...away));
    if (away[nearest] <= NEAR_PX * this.unit) this.choose(nearest);
  }
}
