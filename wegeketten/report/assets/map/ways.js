"use strict";
/* Part of the page: one home's ways on the map. */

const ways = {
  /* Today's way with numbers on it, and with letters the one that works would open. */
  drawWays(home, { way, why, items }, zoomTo) {
    this.wayLayer ??= L.layerGroup().addTo(this.map);
    this.wayLayer.clearLayers();
    const at = latLng(this.doors.homeX[home], this.doors.homeY[home]);
    L.circleMarker(at, { radius: 9, color: "#000", weight: 3, fill: false, interactive: false }).addTo(this.wayLayer);
    const bounds = L.latLngBounds([at]);
    if (way) {
      bounds.extend(this.drawWay(at, way, PAINT.route));
      this.label(items.map(({ edge }) => edge), (i) => String(i + 1));
    }
    if (why?.way) {
      bounds.extend(this.drawWay(at, why.way, PAINT.mended));
      this.label(why.edges.map(({ edge }) => edge), letter);
    }
    if (zoomTo || !this.map.getBounds().contains(bounds)) this.map.fitBounds(bounds.pad(0.2), { maxZoom: 17, animate: false });
  },

  drawWay(at, way, color) {
    const line = [at, ...wayLine(this.network, way.steps), latLng(this.doors.placeX[way.place], this.doors.placeY[way.place])];
    L.polyline(line, { color: "#fff", weight: 8, interactive: false }).addTo(this.wayLayer);
    L.polyline(line, { color, weight: 4, interactive: false, dashArray: way.blocked.length ? "8 6" : undefined }).addTo(this.wayLayer);
    const goal = L.divIcon({ className: "share goal", html: element("span", { text: say("goal") }), iconSize: [0, 0] });
    L.marker(line[line.length - 1], { icon: goal, interactive: false, keyboard: false }).addTo(this.wayLayer);
    return L.latLngBounds(line);
  },

  label(edges, nameOf) {
    edges.slice(0, LISTED_AT_MOST).forEach((edge, i) => {
      const icon = L.divIcon({ className: "share", html: element("span", { text: nameOf(i) }), iconSize: [0, 0] });
      L.marker(latLng(...edgeMiddle(this.network, edge)), { icon, interactive: false, keyboard: false }).addTo(this.wayLayer);
    });
  },
};
