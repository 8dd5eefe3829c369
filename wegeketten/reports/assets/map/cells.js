"use strict";
/* Squares that stand for the homes in them, for views from so far that single homes cannot be seen. */

const CELL_ZOOM = 13; // homes are drawn one by one above this zoom
const CELL_M = 250;
const WORLD_M = 40075016.7;

/* Metres of a square's side at a zoom: at least ten pixels or so. */
function cellMetres(z) {
  return CELL_M * 2 ** Math.max(0, 12 - z);
}

class Cells {
  constructor(doors) {
    this.doors = doors;
    const { homeY } = doors;
    const middle = homeY.length ? homeY[homeY.length >> 1] : 0.5;
    this.scale = Math.cosh(Math.PI * (1 - 2 * middle)) / WORLD_M; // to the width of the world, of one metre here
    this.members = new Map();
  }

  /* The square of each home, and where the squares lie. */
  of(metres) {
    if (!this.members.has(metres)) {
      const size = metres * this.scale;
      const number = new Map();
      const cellOf = new Int32Array(this.doors.homes);
      const corners = [];
      for (let i = 0; i < cellOf.length; i++) {
        const column = Math.floor(this.doors.homeX[i] / size);
        const row = Math.floor(this.doors.homeY[i] / size);
        const key = row * 2 ** 26 + column;
        if (!number.has(key)) {
          number.set(key, corners.length);
          corners.push([column * size, row * size]);
        }
        cellOf[i] = number.get(key);
      }
      this.members.set(metres, { size, cellOf, corners });
    }
    return this.members.get(metres);
  }

  /* Shares within the standard by square; a square with too few homes has none. */
  shares(metres, bands) {
    const { size, cellOf, corners } = this.of(metres);
    const { weight, merged } = this.doors;
    const rows = corners.map(([x, y]) => ({ x, y, homes: 0, weight: 0, within: 0, step: -1 }));
    for (let i = 0; i < cellOf.length; i++) {
      const row = rows[cellOf[i]];
      row.homes += merged ? merged[i] : 1;
      row.weight += weight[i];
      if (bands[i] <= 1) row.within += weight[i];
    }
    for (const row of rows) if (row.homes >= FEWEST_HOMES && row.weight > 0) row.step = cellStep(row.within / row.weight);
    return { size, rows };
  }
}
