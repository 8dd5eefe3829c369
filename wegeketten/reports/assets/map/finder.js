"use strict";
/* Part of the page: finding an address or a place. Only what was typed whole is opened by Enter. */

const finder = {
  searchForm() {
    $("search-form").addEventListener("submit", (event) => {
      event.preventDefault();
      const sure = this.find($("search").value);
      if (sure) sure();
      else $("search-results").querySelector("button")?.focus();
    });
    $("search").addEventListener("input", () => this.find($("search").value));
  },

  book() {
    const towns = [this.config.title, ...this.config.districts.map((district) => district.name)];
    return (this.addressBook ??= new AddressBook(this.doors, this.config.services, towns));
  },

  /* List what fits. Returns how to open it where it is the one thing that was typed, else null. */
  find(typed) {
    const list = $("search-results");
    const status = (text) => ($("search-status").textContent = text);
    if (!typed.trim() || !this.doors) {
      list.replaceChildren();
      status("");
      return null;
    }
    const { streets, number: house, places } = this.book().find(typed);
    const found = this.homesFor(streets, house);
    const shownPlaces = places.slice(0, found.homes.length ? 4 : MOST_HITS);
    const homes = found.homes.slice(0, MOST_HITS);
    list.replaceChildren(...[...homes.map((home) => this.homeHit(home)), ...shownPlaces.map(({ name }) => this.placeHit(name))].map((hit) => element("li", { children: [hit] })));
    const count = found.homes.length + places.length;
    status(found.told ?? (count === 0 ? say("search_none") : count > list.children.length ? say("search_count", { count: number(count), shown: number(list.children.length) }) : say("search_some", { count })));
    if (found.sure && found.homes.length === 1) return () => this.pick(found.homes[0]);
    const placesMeant = places.filter(({ name, score }) => score === 0 && name.named);
    if (!found.homes.length && placesMeant.length === 1 && !house) return () => this.showPlace(placesMeant[0].name);
    return null;
  },

  /* Homes to offer; `told` where something other than what was typed is offered, `sure` where it is what was typed. */
  homesFor(streets, house) {
    const order = new Intl.Collator(WORDS.lang, { numeric: true });
    const book = this.book();
    const byNumber = (a, b) => order.compare(book.numbers[a], book.numbers[b]) || a - b;
    if (!streets.length) return { homes: [], sure: false };
    if (!house) {
      const homes = streets.flatMap(({ name }) => [...name.homes].sort(byNumber));
      const meant = streets[0].score >= 4 ? say("search_meant", { street: streets[0].name.text }) : undefined;
      return { homes, sure: streets[0].score === 0 && homes.length === 1, told: meant };
    }
    const exact = streets.flatMap(({ name }) => book.withNumber(name, house));
    if (exact.length) {
      const meant = streets[0].score >= 4 ? say("search_meant", { street: streets[0].name.text }) : undefined;
      return { homes: exact, sure: streets[0].score === 0, told: meant };
    }
    const street = streets[0].name;
    return { homes: book.nearest(street, house).sort(byNumber), sure: false, told: say("search_no_number", { number: house, street: street.text }) };
  },

  homeHit(home) {
    const district = this.config.districts[this.doors.district[home]];
    const label = homeLabel(this, home) + (district ? `, ${district.name}` : "");
    return button(label, () => this.pick(home));
  },

  placeHit(name) {
    const where = this.nearestHome(this.doors.placeX[name.place], this.doors.placeY[name.place], "");
    const told = [name.named ? `${name.text} (${name.services.join(", ")})` : name.text, where >= 0 ? homeLabel(this, where) : ""];
    return button(told.filter(Boolean).join(", "), () => this.showPlace(name));
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
    this.openView("map");
    this.select(home);
  },

  showPlace(found) {
    const { place, services, text } = found;
    const { columns } = this.doors;
    $("search-results").replaceChildren();
    this.openView("map");
    this.map.setView(latLng(this.doors.placeX[place], this.doors.placeY[place]), 17, { animate: false });
    const lines = [services.join(", "), WORDS.wheelchair[columns.place_wheelchair[place]], columns.place_hours[place]];
    const host = element("div");
    this.tellParts(text, [...lines.filter(Boolean).map((line) => element("p", { text: line })), host]);
    if (this.config.platforms) this.switchStop(columns.place_id[place], () => this.showPlace(found)).then((one) => one && host.replaceChildren(one));
    this.addLabel(latLng(this.doors.placeX[place], this.doors.placeY[place]), "share goal", element("span", { text: text || say("goal") })).addTo((this.wayLayer ??= L.layerGroup().addTo(this.map)));
    this.focusAnswer();
  },
};
