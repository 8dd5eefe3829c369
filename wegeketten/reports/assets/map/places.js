"use strict";
/* Part of the page: where something is, in words: its street, or the nearest house. */

const NEAR_M = 80;

const whereabouts = {
  /* Street and nearest house number of an edge; empty where nothing near has one. */
  whereOf(edge) {
    this.wheres ??= new Map();
    if (!this.wheres.has(edge)) this.wheres.set(edge, this.findWhere(edge));
    return this.wheres.get(edge);
  },

  findWhere(edge) {
    const { name, names } = this.network.columns;
    const street = name[edge] >= 0 ? names[name[edge]] : "";
    const [x, y] = edgeMiddle(this.network, edge);
    const near = this.nearestHome(x, y, street);
    return near >= 0 ? homeLabel(this, near) : street;
  },

  /* The nearest home with an address, of the given street where there is one; -1 where none is near. */
  nearestHome(x, y, street) {
    const { streets, home_street, home_number } = this.doors.columns;
    const reach = NEAR_M * this.cells.scale;
    let best = -1;
    let least = reach * reach;
    for (const i of this.homeGrid.within(x - reach, y - reach, x + reach, y + reach)) {
      if (!home_number[i] || !streets[home_street[i]] || (street && streets[home_street[i]] !== street)) continue;
      const away = (this.doors.homeX[i] - x) ** 2 + (this.doors.homeY[i] - y) ** 2;
      if (away <= least) [best, least] = [i, away];
    }
    return best;
  },
};
