"use strict";
/* Part of the page: one home's ways on the map. */

const SPOT_SIZE = 4e-7; // to the width of the world: about ten metres in Germany

const ways = {
  /* Today's way with numbers on it, and with letters the one that works would open. */
  drawWays(home, { way, why, items }, zoomTo, still = false) {
    this.wayLayer ??= L.layerGroup().addTo(this.map);
    this.wayLayer.clearLayers();
    const at = latLng(this.doors.homeX[home], this.doors.homeY[home]);
    L.circleMarker(at, { radius: 9, color: PAINT.ink, weight: 3, fill: false, interactive: false }).addTo(this.wayLayer);
    const bounds = L.latLngBounds([at]);
    if (way) bounds.extend(this.drawWay(at, way, { color: PAINT.route, weight: why?.way ? 9 : 4, casing: why?.way ? 12 : 8 }));
    if (why?.way) bounds.extend(this.drawWay(at, why.way, { color: PAINT.mended, weight: 4, casing: way ? 5 : 8 }));
    this.wayNames = [
      ...items.slice(0, LISTED_AT_MOST).map(({ edge }, i) => [edge, String(i + 1)]),
      ...(why?.edges ?? []).slice(0, LISTED_AT_MOST).map(({ edge }, i) => [edge, letter(i)]),
    ];
    this.labelWay();
    this.wayBounds = bounds;
    if (!still && (zoomTo || this.covered() || !this.map.getBounds().contains(bounds))) this.fitWay();
  },

  clearWay() {
    this.wayNames = [];
    this.wayLayer?.clearLayers();
    this.wayLabels?.clearLayers();
  },

  /* The whole way, beside the sheet that lies over the map. */
  fitWay() {
    this.map.fitBounds(this.wayBounds.pad(0.1), { maxZoom: 17, animate: false, paddingTopLeft: [10, 10], paddingBottomRight: [10, 10 + this.covered()] });
  },

  /* A way that works would open lies dashed upon today's, which then is broader: where they run together both show. */
  drawWay(at, way, { color, weight, casing }) {
    const placeAt = (place) => latLng(this.doors.placeX[place], this.doors.placeY[place]);
    const line = [at, ...wayLine(this.network, way.steps), way.returning ? at : placeAt(way.place)];
    L.polyline(line, { color: PAINT.halo, weight: casing, interactive: false }).addTo(this.wayLayer);
    L.polyline(line, { color, weight, interactive: false, dashArray: way.blocked.length ? "8 6" : undefined }).addTo(this.wayLayer);
    for (const place of way.visits ?? [way.place]) this.addLabel(placeAt(place), "share goal", element("span", { text: say("goal") })).addTo(this.wayLayer);
    return L.latLngBounds(line);
  },

  /* Names of what lies at one spot stand together: the kerbs of a crossing, and a barrier of both ways.
     Where a mark stands already, its name stands below or above. */
  labelWay() {
    this.wayLabels ??= L.layerGroup().addTo(this.map);
    this.wayLabels.clearLayers();
    if (this.state.home < 0) return;
    const spots = [];
    for (const [edge, name] of this.wayNames ?? []) {
      const [x, y] = edgeMiddle(this.network, edge);
      const near = spots.find((spot) => Math.hypot(spot.x - x, spot.y - y) < SPOT_SIZE);
      if (near) near.names.push(name);
      else spots.push({ x, y, names: [name] });
    }
    const taken = this.markedPoints();
    for (const { x, y, names } of spots) {
      const text = names.length > 3 ? `${names[0]} … ${names[names.length - 1]}` : names.join(" · ");
      const at = latLng(x, y);
      const point = this.map.latLngToContainerPoint(at);
      const half = 6 + 4 * text.length;
      const clear = (dy) => !taken.some(([left, top, other]) => Math.abs(left - point.x) < half + other && Math.abs(top - point.y - dy) < 27);
      const shift = [0, 28, -28, 56, -56].find(clear) ?? 0;
      taken.push([point.x, point.y + shift, half]);
      this.addLabel(at, "share", element("span", { text }), {}, shift).addTo(this.wayLabels);
    }
  },
};
