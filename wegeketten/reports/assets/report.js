"use strict";
/* Tables that sort and download; without this script they are plain tables. */

const WORDS = JSON.parse(document.getElementById("words").textContent);

function sortValue(cell) {
  const given = cell.dataset.sort;
  if (given === undefined) return cell.textContent;
  return given === "" ? Infinity : Number(given);
}

function makeSortable(table) {
  const heads = [...table.querySelectorAll("thead th")];
  const order = new Intl.Collator(document.documentElement.lang, { numeric: true });
  heads.forEach((head, column) => {
    const button = document.createElement("button");
    const title = head.textContent;
    button.type = "button";
    button.textContent = title;
    button.title = WORDS.sort_by.replace("{column}", title);
    head.replaceChildren(button);
    button.addEventListener("click", () => {
      const down = head.getAttribute("aria-sort") === "ascending";
      heads.forEach((other) => other.removeAttribute("aria-sort"));
      head.setAttribute("aria-sort", down ? "descending" : "ascending");
      const body = table.tBodies[0];
      const rows = [...body.rows].map((row) => [sortValue(row.cells[column]), row]);
      rows.sort(([a], [b]) => (typeof a === "number" && typeof b === "number" ? a - b || 0 : order.compare(a, b)));
      if (down) rows.reverse();
      body.append(...rows.map(([, row]) => row));
    });
  });
}

/* A cell that begins like a formula is marked as text. */
function csvCell(text) {
  const safe = /^[=+\-@\t\r]/.test(text) ? "'" + text : text;
  return /[";\r\n]/.test(safe) ? '"' + safe.replaceAll('"', '""') + '"' : safe;
}

function cellText(cell) {
  const picture = cell.querySelector("img");
  if (picture) return picture.alt;
  return [...cell.childNodes].map((part) => part.textContent.trim()).filter(Boolean).join("; ");
}

function addDownload(table) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "csv";
  button.textContent = WORDS.download;
  button.setAttribute("aria-label", `${WORDS.download}: ${table.caption.textContent}`);
  button.addEventListener("click", () => {
    const lines = [...table.rows].map((row) => [...row.cells].map((cell) => csvCell(cellText(cell))).join(";"));
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob(["\ufeff" + lines.join("\r\n") + "\r\n"], { type: "text/csv;charset=utf-8" }));
    link.download = table.id + ".csv";
    document.body.append(link);
    link.click();
    link.remove();
  });
  table.parentElement.after(button);
}

function addLargePrint(heading) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "large-button";
  button.textContent = WORDS.large;
  button.setAttribute("aria-pressed", "false");
  button.addEventListener("click", () => {
    const large = document.documentElement.classList.toggle("large");
    button.setAttribute("aria-pressed", String(large));
  });
  heading.after(button);
}

addLargePrint(document.querySelector("h1"));
for (const table of document.querySelectorAll("table")) {
  makeSortable(table);
  addDownload(table);
}
document.documentElement.dataset.ready = "1";
