"use strict";
/* Parts of the page: districts with their shares, proposed measures, places to look at. */

const MARK_APART = 38; // pixels: nearer marks are drawn as one
const FIRST_MEASURES = 20; // marked from afar; the others, which would cover the homes, from the next zoom on

const overlays = {
  drawDistricts() {
    this.map.createPane("districts").style.zIndex = "250";
    this.outlines = L.layerGroup();
    this.labels = L.layerGroup();
    for (const district of this.config.districts) {
      const rings = district.rings.map((ring) => ring.map(([lon, lat]) => [lat / 1e6, lon / 1e6]));
      const hatched = { fill: district.cut, fillColor: "url(#hatch)", fillOpacity: 1 }; // only a piece of it is on the map: nothing is said of it
      if (rings.length) L.polygon(rings, { pane: "districts", interactive: false, ...hatched, color: "#77736b", weight: 1.5, dashArray: "6 4" }).addTo(this.outlines);
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
    const placed = this.markedPoints();
    const order = this.config.districts.map((_, row) => row).sort((a, b) => this.shares[b].weight - this.shares[a].weight || a - b);
    for (const row of order) {
      const at = this.districtCentres()[row];
      if (at && this.shares[row].weight && this.shares[row].homes >= FEWEST_HOMES) this.labelDistrict(row, at, placed);
    }
  },

  /* A label gives way to what it names: to its figure where the district is small on the screen, to nothing where it is tiny. */
  labelDistrict(row, at, placed) {
    const share = this.shares[row];
    const { name, cut } = this.config.districts[row];
    const figure = cut ? say("only_edge") : percent(share[this.state.answer] / share.weight);
    const [width, height] = this.districtSize(row);
    const whole = 6.8 * Math.max(name.length, figure.length) + 16;
    const named = width > 1.6 * whole && height > 110;
    if (!named && (cut || width < 70 || height < 50)) return;
    const half = named ? Math.max(28, whole / 2) : 24;
    const point = this.map.latLngToContainerPoint(at);
    const tall = named ? 44 : 26;
    const clear = (dy) => !placed.some(([x, y, other]) => Math.abs(x - point.x) < half + other && Math.abs(y - point.y - dy) < tall);
    const shift = [0, -48, 48, -96, 96].find(clear);
    if (shift === undefined) return;
    placed.push([point.x, point.y + shift, half]);
    const label = element("span", { text: figure, children: named ? [element("small", { text: name })] : [] });
    this.addLabel(this.map.containerPointToLatLng(point.add([0, shift])), "share", label).addTo(this.labels);
  },

  /* A text on the map that screen readers leave out: lists and panel say the same in order. */
  addLabel(at, className, label, options = {}, shift = 0) {
    label.setAttribute("aria-hidden", "true");
    const icon = L.divIcon({ className, html: label, iconSize: [0, 0], iconAnchor: [0, -shift] });
    return L.marker(at, { icon, interactive: false, keyboard: false, ...options });
  },

  /* Pixels of the box around most homes of a district. */
  districtSize(row) {
    this.districtBoxes ??= this.boxesOfDistricts();
    const box = this.districtBoxes[row];
    if (!box) return [0, 0];
    const scale = 256 * 2 ** this.map.getZoom();
    return [(box[2] - box[0]) * scale, (box[3] - box[1]) * scale];
  },

  boxesOfDistricts() {
    const { district, homeX, homeY } = this.doors;
    const boxes = this.config.districts.map(() => [Infinity, Infinity, -Infinity, -Infinity]);
    for (let i = 0; i < district.length; i++) {
      const box = boxes[district[i]];
      if (!box) continue;
      box[0] = Math.min(box[0], homeX[i]);
      box[1] = Math.min(box[1], homeY[i]);
      box[2] = Math.max(box[2], homeX[i]);
      box[3] = Math.max(box[3], homeY[i]);
    }
    return boxes;
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

  /* Where marks stand on the screen, and half of their width. */
  markedPoints() {
    return (this.spots ?? []).map(({ point }) => {
      const { x, y } = this.map.layerPointToContainerPoint(point);
      return [x, y, 22];
    });
  },

  /* Measures are squares, places to look at and stops circles, new places drops; neighbours share one mark that opens when it is tapped. */
  drawMarks() {
    this.marks ??= L.layerGroup().addTo(this.map);
    this.marks.clearLayers();
    const spots = [];
    for (const name of ["measures", "sites", "needs", "walks", "stops"]) {
      if (!this.show[name]) continue;
      const far = name === "measures" && this.map.getZoom() <= CELL_ZOOM + 1;
      this.config[name].forEach((item, rank) => {
        if (far && rank >= FIRST_MEASURES && !this.isOn(item)) return;
        const point = this.map.latLngToLayerPoint([item.lat, item.lon]);
        const near = spots.find((spot) => spot.name === name && spot.point.distanceTo(point) < MARK_APART);
        if (near) near.items.push(item);
        else spots.push({ name, point: this.free(spots, point), at: [item.lat, item.lon], items: [item], rank });
      });
    }
    this.spots = spots;
    for (const spot of spots) this.drawSpot(spot);
  },

  /* A mark of another kind nearby is not covered: this one stands beside it. */
  free(spots, point) {
    const taken = spots.find((spot) => spot.point.distanceTo(point) < MARK_APART);
    return taken ? taken.point.add([MARK_APART, 0]) : point;
  },

  drawSpot({ name, point, items, rank }) {
    const number = name === "measures" ? items[0].number || rank + 1 : items[0].sign || "?";
    const on = name === "measures" && items.some((item) => this.isOn(item));
    const more = items.length > 1 ? [element("small", { text: `+${items.length - 1}` })] : [];
    const label = element("span", { text: String(number), children: more, cls: `spot ${name}` + (on ? " on" : "") });
    const act = () => (items.length > 1 ? this.tellSpot(name, items) : this.tell(items[0]));
    this.addLabel(this.map.layerPointToLatLng(point), "mark", label, { interactive: true }).on("click", act).addTo(this.marks);
  },

  tellSpot(name, items) {
    const list = items.map((item) => element("li", { children: [button(item.title, () => this.showMark(item), { class: "plain" })] }));
    this.tellParts(say("layer_" + name), [element("ul", { cls: "plain-list", children: list })]);
  },

  tell(item) {
    const parts = item.lines.map((line) => element("p", { text: line }));
    if (item.platform) parts.push(element("p", { text: this.notSwitched(item) }));
    if (item.works?.length) {
      const on = this.isOn(item);
      const act = async () => {
        await this.switchWorks(item.works, !on);
        this.tell(item);
        this.focusAnswer();
      };
      parts.push(button(say(on ? "switch_off" : "switch_on"), act, { class: "switch", "aria-pressed": String(on) }));
    }
    const host = element("div");
    this.tellParts(item.title, [...parts, host]);
    if (item.place && this.config.platforms) this.switchStop(item.place, () => this.tell(item)).then((found) => found && host.replaceChildren(found));
  },

  /* A square of the overview: how many homes, and what share of them. */
  tellCell(x, y, zoom) {
    const { size, rows } = this.painted.cells(false, zoom);
    const row = rows.find((one) => x >= one.x && x < one.x + size && y >= one.y && y < one.y + size);
    if (!row) return;
    const few = row.homes < FEWEST_HOMES;
    const told = few ? say("cell_few", { fewest: FEWEST_HOMES }) : say("cell_told", { homes: number(row.homes), share: percent(row.within / row.weight), answer: WORDS.answers[this.state.answer] });
    const closer = button(say("zoom_here"), () => this.map.setView(latLng(row.x + size / 2, row.y + size / 2), CELL_ZOOM + 2, { animate: false }));
    this.tellParts(say("cell_title", { metres: number(cellMetres(zoom)) }), [element("p", { text: told }), closer]);
  },
};
