"use strict";
/* A grid over the unit square that finds what lies in a rectangle. */

const FINEST_CELLS = 1 << 16; // to the width of the world: about 400 m in Germany
const MOST_CELLS = 1 << 20;

/**
 * Left, top, right and bottom of a line, written into `boxes` at a place.
 * @param {{x: Float64Array, y: Float64Array, starts: Int32Array}} lines
 * @param {number} i
 * @param {number[] | Float64Array} boxes
 */
function boxOfLine({ x, y, starts }, i, boxes = [0, 0, 0, 0], at = 0) {
  let x0 = Infinity;
  let y0 = Infinity;
  let x1 = -Infinity;
  let y1 = -Infinity;
  for (let p = starts[i]; p < starts[i + 1]; p++) {
    if (x[p] < x0) x0 = x[p];
    if (x[p] > x1) x1 = x[p];
    if (y[p] < y0) y0 = y[p];
    if (y[p] > y1) y1 = y[p];
  }
  boxes[at] = x0;
  boxes[at + 1] = y0;
  boxes[at + 2] = x1;
  boxes[at + 3] = y1;
  return boxes;
}

class Grid {
  /* Cells of the finest size that keeps their number bounded, over the boxes' own extent. */
  constructor(boxes, cells = FINEST_CELLS) {
    const count = boxes.length / 4;
    const extent = [Infinity, Infinity, -Infinity, -Infinity];
    for (let i = 0; i < boxes.length; i += 4) {
      extent[0] = Math.min(extent[0], boxes[i]);
      extent[1] = Math.min(extent[1], boxes[i + 1]);
      extent[2] = Math.max(extent[2], boxes[i + 2]);
      extent[3] = Math.max(extent[3], boxes[i + 3]);
    }
    if (!count) extent.fill(0);
    for (;;) {
      [this.left, this.top, this.right, this.bottom] = extent.map((at) => Math.floor(at * cells));
      this.columns = this.right - this.left + 1;
      if (this.columns * (this.bottom - this.top + 1) <= MOST_CELLS) break;
      cells /= 2;
    }
    this.cells = cells;
    this.seen = new Uint32Array(count);
    this.found = new Int32Array(count);
    this.stamp = 0;
    this.fill(boxes, count);
  }

  fill(boxes, count) {
    const starts = new Int32Array(this.columns * (this.bottom - this.top + 1) + 1);
    const each = (act) => {
      for (let i = 0; i < count; i++) {
        const left = Math.floor(boxes[4 * i] * this.cells);
        const right = Math.floor(boxes[4 * i + 2] * this.cells);
        const top = Math.floor(boxes[4 * i + 1] * this.cells);
        const bottom = Math.floor(boxes[4 * i + 3] * this.cells);
        for (let row = top; row <= bottom; row++) {
          for (let column = left; column <= right; column++) act((row - this.top) * this.columns + column - this.left, i);
        }
      }
    };
    each((cell) => starts[cell + 1]++);
    for (let cell = 1; cell < starts.length; cell++) starts[cell] += starts[cell - 1];
    const next = starts.slice();
    this.starts = starts;
    this.items = new Int32Array(starts[starts.length - 1]);
    each((cell, i) => {
      this.items[next[cell]++] = i;
    });
  }

  static ofPoints(x, y, cells) {
    const boxes = new Float64Array(4 * x.length);
    for (let i = 0; i < x.length; i++) {
      boxes[4 * i] = boxes[4 * i + 2] = x[i];
      boxes[4 * i + 1] = boxes[4 * i + 3] = y[i];
    }
    return new Grid(boxes, cells);
  }

  static ofLines(lines, cells) {
    const boxes = new Float64Array(4 * (lines.starts.length - 1));
    for (let i = 0; i < lines.starts.length - 1; i++) boxOfLine(lines, i, boxes, 4 * i);
    return new Grid(boxes, cells);
  }

  /* Items in cells that a rectangle touches, each once, in ascending order. */
  within(x0, y0, x1, y1) {
    const stamp = ++this.stamp;
    let count = 0;
    const left = Math.max(this.left, Math.floor(x0 * this.cells));
    const right = Math.min(this.right, Math.floor(x1 * this.cells));
    const bottom = Math.min(this.bottom, Math.floor(y1 * this.cells));
    for (let row = Math.max(this.top, Math.floor(y0 * this.cells)); row <= bottom; row++) {
      const first = (row - this.top) * this.columns - this.left;
      if (right < left) break;
      for (let i = this.starts[first + left]; i < this.starts[first + right + 1]; i++) {
        const item = this.items[i];
        if (this.seen[item] === stamp) continue;
        this.seen[item] = stamp;
        this.found[count++] = item;
      }
    }
    return this.found.slice(0, count).sort();
  }
}
