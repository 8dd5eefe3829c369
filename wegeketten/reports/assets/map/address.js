"use strict";
/* Addresses as people type them: any order, Str. or straße, ue or ü, a letter wrong, with town and postcode.
   A street is known by its folded name without spaces; house numbers are never guessed. */

const MOST_HITS = 12;
const MOST_IN_RANGE = 40;

/* How people write is folded to one form, on both sides alike. */
function folded(text) {
  return text
    .toLowerCase()
    .replaceAll("ß", "ss")
    .normalize("NFD")
    .replace(/[\u0300-\u036f]/g, "")
    .replace(/ae/g, "a")
    .replace(/oe/g, "o")
    .replace(/ue/g, "u")
    .replace(/[^a-z0-9.]+/g, " ")
    .replace(/([a-z.])(\d)/g, "$1 $2")
    .trim();
}

/* Words of a name with common short forms written out. */
function wordsOf(text) {
  return folded(text)
    .split(" ")
    .map((word) => word.replace(/str\.?$/, "strasse").replace(/pl\.?$/, "platz").replace(/(?<!^)g\.$/, "gasse"))
    .map((word) => (/^\d+\.$/.test(word) ? word : word.replaceAll(".", "")))
    .map((word) => WRITTEN_OUT[word] ?? word)
    .filter(Boolean);
}

const WRITTEN_OUT = { st: "sankt", doktor: "dr", prof: "professor" };
const SAY_NOTHING = new Set(["nr", "no", "hnr", "nummer", "hausnummer", "number"]);
const BESIDE_TOWNS = new Set(["a", "ad", "d", "de", "i", "id", "v"]); // Lauf a. d. Pegnitz, D-91207

/* What was typed, taken apart: { words, number }; postcodes say nothing here, and what follows one is a town. */
function queryOf(whole) {
  const typed = /^(.*\p{L}{3}.*?)(?<!\d)\d{5}(?!\d)/u.exec(whole)?.[1] ?? whole;
  const range = /(?:^|[^\d\p{L}])(\d{1,4}[a-z]?)\s*[-–]\s*(\d{1,4}[a-z]?|[a-z])(?![\d\p{L}])/iu.exec(typed);
  if (range) return { words: queryOf(typed.replace(range[0], " ")).words, number: `${range[1]}-${range[2]}`.toLowerCase() };
  const words = wordsOf(typed).filter((word) => !/^\d{5}$/.test(word) && !SAY_NOTHING.has(word));
  let number = "";
  for (let i = words.length - 1; i >= 0; i--) {
    if (!/^\d{1,4}[a-z]?$/.test(words[i])) continue;
    const letter = /^\d+$/.test(words[i]) && i + 1 < words.length && /^[a-z]$/.test(words[i + 1]) ? words.splice(i + 1, 1)[0] : "";
    number = words.splice(i, 1)[0] + letter;
    break;
  }
  return { words, number };
}

/* Numbers of a door as it is mapped: "2, 4", "5-9" and "10a-d" are several. */
function numbersOf(text) {
  return text.toLowerCase().replace(/\s+/g, "").split(/[,;/]/).flatMap((one) => [one, ...rangeOf(one)]).filter(Boolean);
}

/* What a range stands for: the numbers of one side of the street, or the letters of one number. */
function rangeOf(text) {
  const letters = /^(\d+)([a-z])-(?:\1)?([a-z])$/.exec(text);
  if (letters) {
    const [first, last] = [letters[2].charCodeAt(0), letters[3].charCodeAt(0)];
    return Array.from({ length: Math.max(0, last - first + 1) }, (_, i) => letters[1] + String.fromCharCode(first + i));
  }
  const numbers = /^(\d+)-(\d+)$/.exec(text);
  if (!numbers) return text.includes("-") ? text.split("-") : [];
  const [first, last] = [Number(numbers[1]), Number(numbers[2])];
  const step = (last - first) % 2 ? 1 : 2;
  const within = last > first && last - first <= MOST_IN_RANGE;
  return within ? Array.from({ length: (last - first) / step + 1 }, (_, i) => String(first + i * step)) : text.split("-");
}

/* Least edits from one text to another, swaps of neighbours counted once; more than `most` counts as most + 1.
   With `open`, what follows in the longer text is free. */
function edits(a, b, most, open = false) {
  if (!open && Math.abs(a.length - b.length) > most) return most + 1;
  let [before, last] = [[], Array.from({ length: b.length + 1 }, (_, j) => j)];
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      row[j] = Math.min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) row[j] = Math.min(row[j], before[j - 2] + 1);
    }
    if (Math.min(...row) > most) return most + 1;
    [before, last] = [last, row];
  }
  return Math.min(most + 1, open ? Math.min(...last) : last[b.length]);
}

function editsAllowed(length) {
  return length < 4 ? 0 : length < 8 ? 1 : 2;
}

/* How well a name answers words: 0 the same, then begins with them, has them in any order, holds them; from 4 on by
   mistake. Infinity: not at all. */
function likeness(name, words) {
  const typed = words.join("");
  if (!typed) return Infinity;
  if (name.key === typed) return 0;
  const sorted = [...words].sort().join(" ");
  if (name.sorted === sorted) return 0;
  if (name.key.startsWith(typed)) return 1;
  if (words.every((word) => name.words.some((one) => one.startsWith(word)))) return 2;
  if (typed.length > 2 && name.key.includes(typed)) return 3;
  const most = editsAllowed(typed.length);
  if (!most) return Infinity;
  const whole = edits(typed, name.key, most);
  if (whole <= most) return 3 + whole;
  const turned = edits([...words].sort().join(""), name.sorted.replaceAll(" ", ""), most);
  if (turned <= most) return 4 + turned;
  const start = edits(typed, name.key, Math.min(most, 1), true);
  return start <= Math.min(most, 1) ? 5 + start : Infinity;
}

function nameOf(text) {
  const words = wordsOf(text);
  return { text, words, key: words.join(""), sorted: [...words].sort().join(" ") };
}

class AddressBook {
  /* `towns`: names of the town and its districts, which may be typed along. */
  constructor(doors, services, towns) {
    const { streets, home_street, home_number, place_name, place_id } = doors.columns;
    this.streets = streets.map((text, i) => ({ ...nameOf(text), homes: /** @type {number[]} */ ([]) }));
    home_street.forEach((street, home) => this.streets[street].homes.push(home));
    this.streets = this.streets.filter((street) => street.key && street.homes.length);
    this.numbers = home_number;
    this.towns = new Set(towns.flatMap(wordsOf));
    const seen = new Map();
    place_name.forEach((text, place) => {
      const service = services[doors.placeService[place]].name;
      const key = place_id[place];
      if (seen.has(key)) seen.get(key).services.push(service);
      else seen.set(key, { ...nameOf(text || service), place, services: [service], named: Boolean(text) });
    });
    this.places = [...seen.values()];
    this.kinds = services.filter(({ chain }) => !chain).flatMap(({ id, name }) => {
      const also = (WORDS.map.also[id] ?? "").split(",").filter(Boolean);
      return [name, ...also].map((text) => ({ ...nameOf(text), service: name }));
    });
  }

  /* What fits: { streets, number, places }, the best first; streets that fit by mistake only where none fits well. */
  find(typed) {
    const { words, number } = queryOf(typed);
    const plain = words.filter((word) => !this.towns.has(word) && !BESIDE_TOWNS.has(word));
    const ways = plain.length && plain.length < words.length ? [words, plain] : [words];
    const rank = (names) =>
      names
        .map((name) => ({ name, score: Math.min(...ways.map((one) => likeness(name, one))) }))
        .filter(({ score }) => score < Infinity)
        .sort((a, b) => a.score - b.score || a.name.key.length - b.name.key.length || (a.name.key < b.name.key ? -1 : 1));
    const streets = rank(this.streets);
    const close = streets.filter(({ score }) => score < 4);
    const places = this.placesOf(words, rank);
    const meant = places.some(({ score }) => score < 4); // then no street is meant that would fit by mistake only
    const exact = streets.filter(({ score }) => score === 0);
    return { streets: exact.length ? exact : close.length || meant ? close : streets, number, places };
  }

  /* Places by name, by kind (a supermarket), and by both (bus stop Market Square). */
  placesOf(words, rank) {
    const places = rank(this.places);
    const add = (found, score) => found.forEach((name) => places.some((one) => one.name === name) || places.push({ name, score }));
    const kinds = new Set(rank(this.kinds).filter(({ score }) => score <= 1).map(({ name }) => name.service));
    add(this.places.filter((name) => name.services.some((one) => kinds.has(one))), 3);
    for (const kind of this.kinds) {
      const rest = words.filter((word) => !kind.words.includes(word));
      if (!rest.length || words.length - rest.length < kind.words.length) continue;
      const named = this.places.filter((name) => name.services.includes(kind.service)).map((name) => ({ name, score: likeness(name, rest) }));
      for (const one of named) if (one.score < 4) add([one.name], Math.max(1, one.score));
    }
    return places.sort((a, b) => a.score - b.score);
  }

  /* Homes of a street with exactly this number; else those whose several numbers hold it. */
  withNumber(street, number) {
    const alone = street.homes.filter((home) => this.numbers[home].toLowerCase().replace(/\s+/g, "") === number);
    return alone.length ? alone : street.homes.filter((home) => numbersOf(this.numbers[home]).includes(number));
  }

  /* Homes of a street whose numbers come nearest, each number once, in their order. */
  nearest(street, number, most = 4) {
    const wanted = Number.parseInt(number, 10);
    const away = (home) => Math.abs((Number.parseInt(this.numbers[home], 10) || 1e6) - wanted);
    const found = [...street.homes].filter((home) => this.numbers[home]).sort((a, b) => away(a) - away(b) || a - b);
    return found.slice(0, most);
  }
}

