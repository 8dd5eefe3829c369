"use strict";
/* Part of the page: the list view's tabs, and what is printed. */

const TABLES = {
  districts: districtTable,
  homes: homeTable,
  places: placeTable,
  barriers: barrierTable,
  measures: markTable("measures"),
  walks: markTable("walks"),
};

const views = {
  tables() {
    const optional = ["districts", "measures", "walks"];
    const all = ["districts", "homes", "places", "barriers", "measures", "walks"];
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

  beforePrint() {
    this.printed = true;
    const host = element("div");
    new Table(host, this.tableOf(this.config.districts.length ? "districts" : "places"));
    const table = host.querySelector("table");
    for (const sort of table.querySelectorAll("th button")) sort.replaceWith(sort.textContent.replace(/ [▲▼]$/, ""));
    $("print-table").replaceChildren(table);
    this.map.invalidateSize({ animate: false });
  },

  afterPrint() {
    $("print-table").replaceChildren();
    this.map.invalidateSize({ animate: false });
  },
};
