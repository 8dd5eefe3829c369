"use strict";
/* Part of the page: on a narrow screen the panel is a sheet over the map, one part of it at a time. */

const PARTS = ["choose", "answer", "whatif"];

const sheets = {
  sheets() {
    for (const part of PARTS) {
      $("sheet-" + part).addEventListener("click", () => (this.sheet === part ? this.closeSheet() : this.openSheet(part, { focus: true })));
    }
    $("sheet-close").addEventListener("click", () => {
      const from = this.sheet;
      this.closeSheet();
      $("sheet-" + from)?.focus();
    });
    $("sheet-size").addEventListener("click", () => {
      const tall = document.body.classList.toggle("tall");
      $("sheet-size").setAttribute("aria-pressed", String(tall));
    });
    $("choose").addEventListener("keydown", (event) => {
      if (event.key === "Escape" && this.sheet && this.narrow()) $("sheet-close").click();
    });
  },

  narrow() {
    return matchMedia("(max-width: 50rem)").matches;
  },

  /* On a wide screen all parts are there at once; then there is nothing to open but what folds. */
  openSheet(part, { focus = false } = {}) {
    this.sheet = part;
    document.body.dataset.sheet = part;
    if (part === "whatif") /** @type {any} */ ($("whatif")).open = true;
    $("sheet-answer").hidden = !$("answer").hasChildNodes();
    for (const one of PARTS) $("sheet-" + one).setAttribute("aria-expanded", String(one === part));
    if (!this.narrow()) return;
    $("choose").scrollTop = 0;
    $("map-view").scrollIntoView({ block: "start", behavior: "instant" });
    if (focus) $("choose").focus({ preventScroll: true });
  },

  closeSheet() {
    this.sheet = null;
    delete document.body.dataset.sheet;
    document.body.classList.remove("tall");
    $("sheet-answer").hidden = !$("answer").hasChildNodes();
    for (const one of PARTS) $("sheet-" + one).setAttribute("aria-expanded", "false");
  },

  /* Pixels of the map that a sheet covers from below. */
  covered() {
    if (!this.narrow() || !this.sheet) return 0;
    const map = this.map.getContainer().getBoundingClientRect();
    return Math.max(0, Math.min(map.height - 80, map.bottom - $("choose").getBoundingClientRect().top));
  },
};
