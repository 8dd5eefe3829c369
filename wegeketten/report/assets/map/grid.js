"use strict";
/* A grid over the unit square that finds what lies in a rectangle. */

class Grid {
  constructor(cells = 1 << 15) {
    this.cells = cells;
    this.items = new Map();
    this.stamp = 0;
  }

  /* Index boxes given as flat arrays of corners. */
  static ofBoxes(count, boxOf, cells) {
    const grid = new Grid(cells);
    grid.seen = new Uint32Array(count);
    for (let i = 0; i < count; i++) {
      const [x0, y0, x1, y1] = boxOf(i);
      const left = Math.floor(x0 * grid.cells);
      const right = Math.floor(x1 * grid.cells);
      const bottom = Math.floor(y1 * grid.cells);
      for (let row = Math.floor(y0 * grid.cells); row <= bottom; row++) {
        for (let column = left; column <= right; column++) grid.put(row * grid.cells + column, i);
      }
    }
    return grid;
  }

  static ofPoints(x, y, cells) {
    const grid = new Grid(cells);
    grid.seen = new Uint32Array(x.length);
    for (let i = 0; i < x.length; i++) {
      grid.put(Math.floor(y[i] * grid.cells) * grid.cells + Math.floor(x[i] * grid.cells), i);
    }
    return grid;
  }

  put(key, item) {
    const list = this.items.get(key);
    if (list) list.push(item);
    else this.items.set(key, [item]);
  }

  /* Items in cells that a rectangle touches, each once, in the order they were put. */
  within(x0, y0, x1, y1) {
    const found = [];
    const stamp = ++this.stamp;
    const left = Math.floor(x0 * this.cells);
    const right = Math.floor(x1 * this.cells);
    const top = Math.floor(y0 * this.cells);
    const bottom = Math.floor(y1 * this.cells);
    const visit = (list) => {
      for (const item of list) {
        if (this.seen[item] === stamp) continue;
        this.seen[item] = stamp;
        found.push(item);
      }
    };
    if ((right - left + 1) * (bottom - top + 1) > this.items.size) {
      for (const [key, list] of this.items) {
        const row = Math.floor(key / this.cells);
        const column = key - row * this.cells;
        if (row >= top && row <= bottom && column >= left && column <= right) visit(list);
      }
    } else {
      for (let row = top; row <= bottom; row++) {
        for (let column = left; column <= right; column++) {
          const list = this.items.get(row * this.cells + column);
          if (list) visit(list);
        }
      }
    }
    return found.sort((a, b) => a - b);
  }
}

function lineBox(x, y, from, to) {
  let [x0, y0, x1, y1] = [x[from], y[from], x[from], y[from]];
  for (let i = from + 1; i < to; i++) {
    if (x[i] < x0) x0 = x[i];
    else if (x[i] > x1) x1 = x[i];
    if (y[i] < y0) y0 = y[i];
    else if (y[i] > y1) y1 = y[i];
  }
  return [x0, y0, x1, y1];
}
