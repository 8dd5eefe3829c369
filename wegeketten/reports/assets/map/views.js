"use strict";
/* Part of the page: map or list, the list's tabs, and what is printed. */

const TABLES = {
  districts: districtTable,
  homes: homeTable,
  places: placeTable,
  barriers: barrierTable,
  measures: markTable("measures"),
  walks: markTable("walks"),
  sites: markTable("sites"),
  needs: markTable("needs"),
  stops: markTable("stops"),
};

const views = {
  views() {
    $("map-button").addEventListener("click", () => this.openView("map", { step: true }));
    $("list-button").addEventListener("click", () => this.openView("list", { step: true }));
    $("print-button").addEventListener("click", () => window.print());
    $("large-button").addEventListener("click", () => {
      const large = document.documentElement.classList.toggle("large");
      $("large-button").setAttribute("aria-pressed", String(large));
      this.map.invalidateSize();
    });
    window.addEventListener("beforeprint", () => this.beforePrint());
    window.addEventListener("afterprint", () => this.afterPrint());
  },

  openView(view, { step = false } = {}) {
    const same = this.state.view === view && $("list-view").hidden === (view !== "list");
    this.state.view = view;
    $("map-view").hidden = view !== "map";
    $("list-view").hidden = view !== "list";
    $("map-button").setAttribute("aria-pressed", String(view === "map"));
    $("list-button").setAttribute("aria-pressed", String(view === "list"));
    if (view === "list") {
      this.closeSheet();
      this.tables();
    } else if (!same) this.map.invalidateSize();
    this.remember({ step });
  },

  tables() {
    const optional = ["districts", "measures", "sites", "needs", "walks", "stops"];
    const all = ["districts", "homes", "places", "barriers", "measures", "sites", "needs", "walks", "stops"];
    const kinds = all.filter((kind) => !optional.includes(kind) || this.config[kind].length);
    this.tab ??= kinds[0];
    const tabs = kinds.map((kind) => {
      const tab = button(say("table_" + kind), () => this.openTab(kind), { role: "tab", id: "tab-" + kind, "aria-controls": "table-panel" });
      tab.setAttribute("aria-selected", String(kind === this.tab));
      tab.tabIndex = kind === this.tab ? 0 : -1;
      tab.addEventListener("keydown", (event) => {
        const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
        if (!step) return;
        const next = kinds[(kinds.indexOf(kind) + step + kinds.length) % kinds.length];
        this.openTab(next);
        $("tab-" + next).focus();
      });
      return tab;
    });
    $("tabs").replaceChildren(...tabs);
    $("table-panel").setAttribute("aria-labelledby", "tab-" + this.tab);
    this.table = new Table($("table-panel"), this.tableOf(this.tab));
  },

  openTab(kind) {
    this.tab = kind;
    this.tables();
    $("tab-" + kind).focus();
  },

  tableOf(kind) {
    return TABLES[kind](this);
  },

  /* Paper shows the whole town, or the whole way of the home that is open, in light colours, whatever the window shows. */
  beforePrint() {
    if (this.printing) return;
    this.printing = { center: this.map.getCenter(), zoom: this.map.getZoom(), hidden: $("map-view").hidden };
    document.documentElement.classList.add("printing");
    $("map-view").hidden = false;
    this.wear(false);
    this.map.invalidateSize({ animate: false });
    const way = this.state.home >= 0 && this.wayBounds;
    this.map.options.zoomSnap = 0; // paper is filled, whatever the zoom
    this.map.fitBounds(way ? this.wayBounds.pad(0.1) : this.config.bounds, { animate: false, maxZoom: 17, padding: [8, 8] });
    this.map.invalidateSize({ animate: false });
    const kinds = [this.config.districts.length ? "districts" : "places", ...(this.config.measures.length ? ["measures"] : [])];
    $("print-table").replaceChildren(...kinds.map((kind) => this.printedTable(kind)));
  },

  printedTable(kind) {
    const host = element("div");
    const { action, ...settings } = this.tableOf(kind);
    new Table(host, { ...settings, columns: settings.printed ?? settings.columns, pageRows: 200 });
    const table = host.querySelector("table");
    for (const sort of table.querySelectorAll("th button")) sort.replaceWith(sort.textContent.replace(/ [▲▼]$/, ""));
    return table;
  },

  afterPrint() {
    if (!this.printing) return;
    const { center, zoom, hidden } = this.printing;
    this.printing = null;
    this.map.options.zoomSnap = 1;
    document.documentElement.classList.remove("printing");
    $("print-table").replaceChildren();
    $("map-view").hidden = hidden;
    this.wear(matchMedia("(prefers-color-scheme: dark)").matches);
    this.map.invalidateSize({ animate: false });
    this.map.setView(center, zoom, { animate: false });
  },
};
