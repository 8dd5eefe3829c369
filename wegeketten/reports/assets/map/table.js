"use strict";
/* Sortable, filterable, paged tables: the equal twin of the map, with CSV. */

const PAGE_ROWS = 50;

/* columns: [{ key, title, kind: "text" | "number", show(row), value(row), csv(row) }] */
class Table {
  constructor(host, { caption, columns, csvColumns = columns, rows, total, file, filterOf, action, pageRows = PAGE_ROWS, sorted = { column: 0, down: false } }) {
    Object.assign(this, { host, caption, columns, csvColumns, rows, total, file, filterOf, action, pageRows });
    this.sorted = sorted;
    this.page = 0;
    this.filter = "";
    this.focus = null;
    host.replaceChildren();
    if (filterOf) host.append(this.filterBox());
    this.body = element("div");
    host.append(this.body);
    this.draw();
  }

  filterBox() {
    const input = element("input", { type: "search" });
    input.addEventListener("input", () => {
      this.filter = fold(input.value);
      this.page = 0;
      this.draw();
    });
    const label = element("label", { text: say("filter"), children: [input] });
    return element("div", { cls: "tools", children: [label] });
  }

  visible() {
    const { column, down } = this.sorted;
    const value = this.columns[column].value;
    let rows = this.filter ? this.rows.filter((row) => fold(this.filterOf(row)).includes(this.filter)) : this.rows.slice();
    const order = new Intl.Collator(WORDS.lang, { numeric: true });
    const compare = (a, b) => {
      const [x, y] = [value(a), value(b)];
      if (typeof x === "number") return (Number.isNaN(x) ? Infinity : x) - (Number.isNaN(y) ? Infinity : y) || 0;
      return order.compare(x, y);
    };
    const indexed = rows.map((row, i) => [row, i]);
    const last = (row) => (row === this.total ? 1 : 0); // the sum stays below its parts
    indexed.sort(([a, i], [b, j]) => last(a) - last(b) || (down ? compare(b, a) : compare(a, b)) || i - j);
    return indexed.map(([row]) => row);
  }

  draw() {
    const rows = this.visible();
    const pages = Math.max(1, Math.ceil(rows.length / this.pageRows));
    this.page = Math.min(this.page, pages - 1);
    const head = this.columns.map((column, index) => this.heading(column, index));
    if (this.action) head.push(element("th", { text: this.action.title, scope: "col" }));
    const shown = rows.slice(this.page * this.pageRows, (this.page + 1) * this.pageRows);
    const body = shown.map((row) => this.row(row));
    if (!body.length) body.push(element("tr", { children: [element("td", { text: say("empty"), colspan: head.length })] }));
    const table = element("table", {
      children: [
        element("caption", { text: this.caption }),
        element("thead", { children: [element("tr", { children: head })] }),
        element("tbody", { children: body }),
      ],
    });
    const scroll = element("div", { cls: "scroll", tabindex: "0", role: "region", "aria-label": this.caption, children: [table] });
    this.body.replaceChildren(scroll, this.tools(rows, pages));
    if (this.focus) this.body.querySelector(this.focus)?.focus();
    this.focus = null;
  }

  heading(column, index) {
    const active = this.sorted.column === index;
    const arrow = active ? (this.sorted.down ? " ▼" : " ▲") : "";
    const sort = button(column.title + arrow, () => {
      this.sorted = { column: index, down: active && !this.sorted.down };
      this.focus = `th:nth-child(${index + 1}) button`;
      this.draw();
    });
    sort.title = say("sort_by", { column: column.title });
    const cell = element("th", { scope: "col", cls: column.kind === "number" ? "number" : "", children: [sort] });
    if (active) cell.setAttribute("aria-sort", this.sorted.down ? "descending" : "ascending");
    return cell;
  }

  row(row) {
    const cells = this.columns.map((column, index) =>
      element(index ? "td" : "th", {
        text: column.show(row),
        cls: column.kind === "number" ? "number" : "",
        scope: index ? undefined : "row",
        "data-title": index ? column.title : undefined,
      })
    );
    if (this.action) {
      const act = button(this.action.text, () => this.action.act(row), { "aria-label": this.action.label(row) });
      cells.push(element("td", { children: [act] }));
    }
    return element("tr", { children: cells });
  }

  tools(rows, pages) {
    const turn = (by, focus) => () => {
      this.page += by;
      this.focus = focus;
      this.draw();
    };
    const back = button(say("previous"), turn(-1, ".tools .back"), { class: "back" });
    const next = button(say("next"), turn(1, ".tools .next"), { class: "next" });
    back.disabled = this.page === 0;
    next.disabled = this.page >= pages - 1;
    const where = element("span", { text: say("page_of", { page: number(this.page + 1), pages: number(pages) }), role: "status" });
    const save = button(say("download"), () => download(this.file, this.csv(rows)), { class: "csv" });
    return element("div", { cls: "tools", children: pages > 1 ? [back, where, next, save] : [save] });
  }

  /* Semicolons and a decimal comma where the language has one, as spreadsheets there expect. */
  csv(rows) {
    const lines = [this.csvColumns.map((column) => csvCell(column.title)).join(";")];
    for (const row of rows) lines.push(this.csvColumns.map((column) => csvCell(column.csv ? column.csv(row) : column.show(row))).join(";"));
    return "\ufeff" + lines.join("\r\n") + "\r\n";
  }
}

/* A cell that begins like a formula is marked as text. */
function csvCell(value) {
  if (typeof value === "number") return Number.isFinite(value) ? new Intl.NumberFormat(WORDS.lang, { useGrouping: false, maximumFractionDigits: 3 }).format(value) : "";
  let text = String(value);
  if (/^[=+\-@\t\r]/.test(text)) text = "'" + text;
  return /[";\r\n]/.test(text) ? '"' + text.replaceAll('"', '""') + '"' : text;
}

function download(name, text) {
  const link = element("a", { href: URL.createObjectURL(new Blob([text], { type: "text/csv;charset=utf-8" })), download: name });
  document.body.append(link);
  link.click();
  link.remove();
}

/* Lower case, without accents, with ß as ss: how people type into a filter. */
function fold(text) {
  return wordsOf(text).join(" ");
}
