"use strict";
/* Part of the page: its state in the link, one step of the browser's history for each choice. */

const memory = {
  fromFragment() {
    const given = new URLSearchParams(location.hash.slice(1));
    const { start, profiles, services } = this.config;
    const index = (list, id, other) => {
      const found = list.findIndex((entry) => entry.id === id);
      return found >= 0 ? found : list.findIndex((entry) => entry.id === other);
    };
    const answer = given.get("answer");
    const found = {
      profile: index(profiles, given.get("profile"), start.profile),
      service: index(services, given.get("service"), start.service),
      answer: ANSWERS.find((one) => one === answer) ?? start.answer,
      view: given.get("view") === "list" ? "list" : "map",
      time: TIMES_SHOWN.find((one) => one === given.get("show")) ?? "after",
      homeAt: given.get("home") ?? "",
      setNames: (given.get("set") ?? "").split(",").filter(Boolean).slice(0, MOST_SWITCHED),
      limits: limitsFrom(given.get("limits") ?? ""),
    };
    const at = /^(\d+(?:\.\d+)?)\/(-?[\d.]+)\/(-?[\d.]+)$/.exec(given.get("at") ?? "");
    return at ? { ...found, at: at.slice(1).map(Number) } : found;
  },

  fragment() {
    const { profile, service, answer, home, view, time, limits } = this.state;
    const centre = this.map.getCenter();
    const parts = [
      ["profile", this.config.profiles[profile].id],
      ["service", this.config.services[service].id],
      ["answer", answer],
      ["view", view],
      ["at", `${this.map.getZoom()}/${centre.lat.toFixed(5)}/${centre.lng.toFixed(5)}`],
    ];
    const set = this.setNames();
    if (set.length) parts.push(["set", set.join(",")]);
    if (time !== "after") parts.push(["show", time]);
    if (limits) parts.push(["limits", limitsText(limits)]);
    if (home >= 0) parts.push(["home", this.homeAt(home)]);
    return "#" + parts.map(([key, value]) => `${key}=${value}`).join("&");
  },

  /* The link as it is now: moving the map changes it, a choice makes a step that the back button takes back. */
  remember({ step = false, moved = false } = {}) {
    if (!this.doors || this.returning || this.printing) return;
    const fragment = this.fragment();
    const choice = fragment.replace(/&at=[^&]*/, "");
    if (moved && choice !== this.lastChoice) return; // the choice that moved the map makes its own step
    if (step && choice !== this.lastChoice) history.pushState(null, "", fragment);
    else history.replaceState(null, "", fragment);
    this.lastChoice = choice;
  },

  homeAt(home) {
    const { home_lat, home_lon } = this.doors.columns;
    return `${(home_lat[home] / 1e6).toFixed(6)},${(home_lon[home] / 1e6).toFixed(6)}`;
  },

  homeNamed(at) {
    for (let home = 0; at && home < this.doors.homes; home++) if (this.homeAt(home) === at) return home;
    return -1;
  },

  /* Back or forward: the page becomes what the link says. */
  async goBack() {
    this.returning = (this.returning ?? 0) + 1; // another step back may come before this one is done
    const { at, homeAt, setNames, ...found } = this.fromFragment();
    Object.assign(this.state, found, { home: -1 });
    await this.setFromNames(setNames);
    this.showChoices();
    await this.answer();
    if (at) this.map.setView(at.slice(1), at[0], { animate: false });
    const home = this.homeNamed(homeAt);
    if (home >= 0) this.select(home, { keepView: true, keepFocus: true });
    else this.closeAnswer();
    this.openView(this.state.view);
    this.returning--;
    this.lastChoice = this.fragment().replace(/&at=[^&]*/, "");
  },
};
