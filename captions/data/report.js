"use strict";
// Sorts and filters the findings in the page; without it, all rows are visible.
(() => {
  const section = document.getElementById("findings");
  const table = section && section.querySelector("table");
  if (!table) return;
  const body = table.tBodies[0];
  const rows = Array.from(body.rows);
  const total = Number(section.dataset.total);
  const heads = Array.from(table.tHead.rows[0].cells);
  const words = document.getElementById("words");
  const severity = document.getElementById("severity");
  const code = document.getElementById("code");
  const supplier = document.getElementById("supplier");
  const publication = document.getElementById("publication");
  const entries = Array.from(document.querySelectorAll("#decisions > ol > li"));
  const chosen = [severity, code, supplier, publication];
  const status = document.getElementById("shown");
  const collator = new Intl.Collator("en", { numeric: true, sensitivity: "base" });
  const keys = new Map();
  let texts = null;

  const plain = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
  const keyOf = (cell) => cell.dataset.key ?? cell.textContent.trim();

  function keysOf(column) {
    if (!keys.has(column)) keys.set(column, new Map(rows.map((row) => [row, keyOf(row.cells[column])])));
    return keys.get(column);
  }

  function sort(column) {
    const head = heads[column];
    const down = head.getAttribute("aria-sort") === "ascending";
    const known = keysOf(column);
    const sign = down ? -1 : 1;
    // Unknown values come last in both directions; equal rows keep the order of the audit.
    const sorted = rows.slice().sort((left, right) => {
      const a = known.get(left), b = known.get(right);
      if (!a || !b) return (a ? 0 : 1) - (b ? 0 : 1);
      return sign * collator.compare(a, b);
    });
    for (const each of heads) each.setAttribute("aria-sort", "none");
    head.setAttribute("aria-sort", down ? "descending" : "ascending");
    const all = document.createDocumentFragment();
    for (const row of sorted) all.append(row);
    body.append(all);
    report(`; sorted by ${head.textContent.trim()}, ${down ? "descending" : "ascending"}`);
  }

  function report(more) {
    const count = rows.reduce((sum, row) => sum + (row.hidden ? 0 : 1), 0);
    const found = rows.length === total ? "" : ` listed, of ${total} found`;
    const noun = rows.length === 1 ? "finding" : "findings";
    status.textContent = `Shown: ${count} of ${rows.length} ${noun}${found}${more || ""}`;
  }

  function filter() {
    texts ??= rows.map((row) => plain(row.textContent));
    const wanted = plain(words.value).split(/\s+/).filter(Boolean);
    rows.forEach((row, at) => {
      row.hidden =
        (severity.value !== "" && row.cells[0].textContent.trim() !== severity.value) ||
        (code.value !== "" && row.cells[1].textContent.trim() !== code.value) ||
        (supplier.value !== "" && row.cells[6].textContent.trim() !== supplier.value) ||
        (publication.value !== "" && row.dataset.publication !== publication.value) ||
        !wanted.every((word) => texts[at].includes(word));
    });
    // A decision stays while one of its findings does.
    const isFiltered = words.value.trim() !== "" || chosen.some((select) => select.value !== "");
    const left = new Set(rows.filter((row) => !row.hidden).map((row) => row.dataset.decision));
    for (const entry of entries) entry.hidden = isFiltered && !left.has(entry.dataset.decision);
    report();
  }

  function list(select, valueOf) {
    const values = Array.from(new Set(rows.map(valueOf).filter(Boolean))).sort(collator.compare);
    select.append(...values.map((value) => new Option(value, value)));
    select.parentElement.hidden = values.length < 2;
  }
  list(supplier, (row) => row.cells[6].textContent.trim());
  list(publication, (row) => row.dataset.publication);

  let waiting = 0;
  words.addEventListener("input", () => {
    clearTimeout(waiting);
    if (rows.length > 2000) waiting = setTimeout(filter, 250);
    else filter();
  });
  for (const select of chosen) select.addEventListener("change", filter);
  document.getElementById("all").addEventListener("click", () => {
    words.value = "";
    for (const select of chosen) select.value = "";
    filter();
    words.focus();
  });
  heads.forEach((head, column) => head.querySelector("button").addEventListener("click", () => sort(column)));
  for (const link of document.querySelectorAll("a[data-code]")) {
    link.addEventListener("click", () => {
      words.value = "";
      for (const select of chosen) select.value = "";
      code.value = link.dataset.code;
      filter();
    });
  }
  section.querySelector(".controls").hidden = false;
  // Going back in the browser keeps the typed filter.
  if (words.value || chosen.some((select) => select.value)) filter();
  else report();

  // Unfold all articles and decisions for printing.
  let opened = [];
  addEventListener("beforeprint", () => {
    opened = Array.from(document.querySelectorAll("section > details:not([open]), li > details:not([open])"));
    for (const details of opened) details.open = true;
  });
  addEventListener("afterprint", () => {
    for (const details of opened) details.open = false;
  });
})();
