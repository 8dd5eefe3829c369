"use strict";
/* Part of the page: finding an address. */

const finder = {
  find(text) {
    const words = fold(text).split(" ").filter(Boolean);
    const list = $("search-results");
    if (!words.length) {
      list.replaceChildren();
      $("search-status").textContent = "";
      return;
    }
    this.addresses ??= Array.from({ length: this.doors.homes }, (_, i) => fold(homeLabel(this, i)));
    const hits = [];
    this.addresses.forEach((address, home) => {
      if (words.every((word) => address.includes(word))) hits.push(home);
    });
    const wanted = words.join(" ");
    const rank = (home) => (this.addresses[home] === wanted ? 0 : this.addresses[home].startsWith(wanted) ? 1 : 2);
    const order = new Intl.Collator(WORDS.lang, { numeric: true });
    hits.sort((a, b) => rank(a) - rank(b) || order.compare(this.addresses[a], this.addresses[b]) || a - b);
    const shown = hits.slice(0, 12);
    list.replaceChildren(
      ...shown.map((home) => {
        const district = this.config.districts[this.doors.district[home]];
        const label = homeLabel(this, home) + (district ? `, ${district.name}` : "");
        return element("li", { children: [button(label, () => this.pick(home))] });
      })
    );
    $("search-status").textContent = !hits.length
      ? say("search_none")
      : hits.length > shown.length
        ? say("search_count", { count: number(hits.length), shown: number(shown.length) })
        : say("search_some", { count: hits.length });
  },

  hintAddress() {
    const { streets, home_street, home_number } = this.doors.columns;
    const row = home_street.findIndex((street, home) => streets[street] && home_number[home]);
    if (row >= 0) $("search-hint").textContent = say("search_hint", { example: homeLabel(this, row) });
  },

  pick(home) {
    $("search-results").replaceChildren();
    $("search-status").textContent = "";
    $("search").value = homeLabel(this, home);
    this.select(home);
  },
};
