"use strict";
/* Parts of the page: districts with their shares, proposed measures, spots to survey. */

const overlays = {
  drawDistricts() {
    this.map.createPane("districts").style.zIndex = "250";
    this.outlines = L.layerGroup();
    this.labels = L.layerGroup();
    for (const district of this.config.districts) {
      const rings = district.rings.map((ring) => ring.map(([lon, lat]) => [lat / 1e6, lon / 1e6]));
      if (rings.length) L.polygon(rings, { pane: "districts", interactive: false, fill: false, color: "#4d4a45", weight: 1.5, dashArray: "6 4" }).addTo(this.outlines);
    }
  },

  labelDistricts() {
    this.labels.clearLayers();
    const wanted = this.show.districts && this.config.districts.length > 0;
    for (const group of [this.outlines, this.labels]) {
      if (wanted) group.addTo(this.map);
      else group.remove();
    }
    if (!wanted || !this.shares || this.map.getZoom() > 16) return;
    const answer = this.state.answer;
    const placed = [];
    const order = this.config.districts.map((_, row) => row).sort((a, b) => this.shares[b].weight - this.shares[a].weight || a - b);
    for (const row of order) {
      const share = this.shares[row];
      const at = this.districtCentres()[row];
      if (!share.weight || !at) continue;
      const point = this.map.latLngToContainerPoint(at);
      const half = Math.max(28, 3.4 * this.config.districts[row].name.length + 8);
      if (placed.some(([x, y, other]) => Math.abs(x - point.x) < half + other && Math.abs(y - point.y) < 44)) continue;
      placed.push([point.x, point.y, half]);
      const label = element("span", { text: percent(share[answer] / share.weight), children: [element("small", { text: this.config.districts[row].name })] });
      const icon = L.divIcon({ className: "share", html: label, iconSize: [0, 0] });
      const marker = L.marker(at, { icon, interactive: false, keyboard: false });
      marker.addTo(this.labels);
      marker.getElement()?.setAttribute("aria-hidden", "true");
    }
  },

  /* Where most people of each district live, not the middle of its fields. */
  districtCentres() {
    if (this.centres) return this.centres;
    const { district, weight, homeX, homeY } = this.doors;
    const sums = this.config.districts.map(() => [0, 0, 0]);
    for (let i = 0; i < district.length; i++) {
      const sum = sums[district[i]];
      if (!sum) continue;
      sum[0] += weight[i];
      sum[1] += weight[i] * homeX[i];
      sum[2] += weight[i] * homeY[i];
    }
    this.centres = sums.map(([total, x, y]) => (total ? latLng(x / total, y / total) : null));
    return this.centres;
  },

  drawMarks() {
    this.marks ??= L.layerGroup().addTo(this.map);
    this.marks.clearLayers();
    for (const [name, colour] of [["measures", PAINT.measure], ["walks", PAINT.walk]]) {
      if (!this.show[name]) continue;
      this.config[name].forEach((item, rank) => {
        const label = element("span", { text: String(rank + 1) });
        label.style.color = colour;
        const icon = L.divIcon({ className: "share", html: label, iconSize: [0, 0] });
        L.marker([item.lat, item.lon], { icon, keyboard: false, title: item.title }).on("click", () => this.tell(item)).addTo(this.marks);
      });
    }
  },

  tell(item) {
    const lines = item.lines.map((text) => element("p", { text }));
    $("answer").replaceChildren(element("h2", { text: item.title, tabindex: "-1" }), ...lines);
    $("hint").hidden = true;
  },
};
