"use strict";
// What the page does beside being read: sort, search, filter, the timeline with its brush, dark mode, print of one account.
// Log text only ever becomes text of a node; nothing here builds markup, and nothing is fetched.
(() => {
  const $ = (id) => document.getElementById(id);
  const data = JSON.parse($("timeline-data").textContent);
  const words = data.words;
  const LEVELS = ["", "informational", "low", "medium", "high", "critical"];

  // A node with attributes, children or text.
  const node = (name, attributes = {}, ...children) => {
    const made = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) {
      if (key.startsWith("on")) made.addEventListener(key.slice(2), value);
      else if (value !== null) made.setAttribute(key, value);
    }
    made.append(...children);
    return made;
  };
  const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name]);
  const later = (act, wait) => {
    let timer = 0;
    return () => {
      clearTimeout(timer);
      timer = setTimeout(act, wait);
    };
  };

  // --- Sorting: every header of a sortable table becomes a button.
  const key = (row, column) => {
    const cell = row.cells[column];
    if (!cell) return "";
    return cell.dataset.sort ?? cell.textContent.trim();
  };
  const numeric = (text) => text !== "" && !Number.isNaN(Number(text));
  const compare = (a, b) => {
    if (a === b) return 0;
    if (a === "" || b === "") return a === "" ? 1 : -1;
    return numeric(a) && numeric(b) ? Number(a) - Number(b) : a.localeCompare(b);
  };
  const sort = (table, header) => {
    const column = header.cellIndex;
    const up = header.getAttribute("aria-sort") !== "ascending";
    for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
    header.setAttribute("aria-sort", up ? "ascending" : "descending");
    const body = table.tBodies[0];
    const rows = [...body.rows].map((row, at) => [key(row, column), at, row]);
    rows.sort((a, b) => (up ? compare(a[0], b[0]) : compare(b[0], a[0])) || a[1] - b[1]);
    body.append(...rows.map((row) => row[2]));
  };
  for (const table of document.querySelectorAll("table.sortable")) {
    for (const header of table.tHead.rows[0].cells) {
      const button = node("button", { type: "button", class: "sort", onclick: () => sort(table, header) });
      button.append(...header.childNodes);
      header.append(button);
    }
  }

  // --- Search and the choice of one account.
  const units = [...document.querySelectorAll("section.account article, table.wide:not(.events) > tbody > tr")]
    .filter((unit) => !unit.closest("#line"))
    .map((unit) => ({ unit, text: unit.textContent.toLowerCase() }));
  const search = () => {
    const wanted = $("search").value.trim().toLowerCase();
    let found = 0;
    for (const { unit, text } of units) {
      const fits = wanted === "" || text.includes(wanted);
      unit.hidden = !fits;
      found += fits;
    }
    $("said").value = wanted === "" ? "" : fill(words.found, { n: found, all: units.length });
  };
  const pick = () => {
    const chosen = $("pick").value;
    for (const section of document.querySelectorAll("section.account")) {
      section.hidden = chosen !== "" && section.id !== chosen;
    }
    document.body.classList.toggle("one", chosen !== "");
    if (chosen !== "") $(chosen).scrollIntoView();
  };
  $("search").addEventListener("input", later(search, 120));
  $("pick").addEventListener("change", pick);
  $("print").addEventListener("click", () => window.print());
  $("tools").addEventListener("submit", (event) => event.preventDefault());
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[href^='#account-']");
    if (!link || $("pick").value === "") return;
    $("pick").value = link.hash.slice(1);
    pick();
  });

  // --- Dark mode: as the system has it until it is chosen.
  const dark = (on) => {
    document.documentElement.dataset.theme = on ? "dark" : "light";
    $("dark").setAttribute("aria-pressed", String(on));
  };
  dark(matchMedia("(prefers-color-scheme: dark)").matches);
  $("dark").addEventListener("click", () => dark($("dark").getAttribute("aria-pressed") !== "true"));
  $("tools").hidden = false;

  // --- The timeline.
  const PAGE = 200;
  const BARS = 120;
  const [TIME, ACCOUNT, OPERATION, ADDRESS, LEVEL, RULES, HOSTILE, TEXT, ID, FILE, ROW] = Array(11).keys();
  const rows = data.rows;
  const lower = rows.map((row) => [
    data.accounts[row[ACCOUNT]], data.operations[row[OPERATION]], data.addresses[row[ADDRESS]], row[TEXT],
    data.rules[row[RULES]], row[ID],
  ].join("\n").toLowerCase());
  const first = rows.length ? rows[0][TIME] : 0;
  const last = rows.length ? rows[rows.length - 1][TIME] : 0;
  const state = { from: 0, to: BARS, page: 0, shown: rows.map((_, at) => at) };
  const edge = (bar) => first + ((last - first + 1) * bar) / BARS;
  const utc = (ms) => new Date(ms).toISOString().slice(0, 19).replace("T", " ");
  const local = (() => {
    if (!data.zone) return () => "";
    try {
      const by = new Intl.DateTimeFormat("sv-SE", { timeZone: data.zone, dateStyle: "short", timeStyle: "medium" });
      return (ms) => by.format(ms);
    } catch {
      return () => "";
    }
  })();

  const select = (label, values) => {
    const list = node("select", { onchange: () => apply(0) }, node("option", { value: "" }, words.any));
    values.forEach(([value, text]) => list.append(node("option", { value }, text)));
    return [list, node("label", {}, `${label} `, list)];
  };
  const sorted = (list) =>
    list.map((text, at) => [String(at), text]).filter(([, text]) => text).sort((a, b) => a[1].localeCompare(b[1]));
  const [account, accountLabel] = select(words.account, sorted(data.accounts));
  const [operation, operationLabel] = select(words.operation, sorted(data.operations));
  const [level, levelLabel] = select(words.level, LEVELS.slice(1).map((name, at) => [String(at + 1), name]));
  const hostile = node("input", { type: "checkbox", onchange: () => apply(0) });
  const text = node("input", { type: "search", autocomplete: "off", oninput: later(() => apply(0), 150) });
  const count = node("p", { class: "note", role: "status" });
  const body = node("tbody");
  const back = node("button", { type: "button", onclick: () => apply(state.page - 1) }, words.back);
  const next = node("button", { type: "button", onclick: () => apply(state.page + 1) }, words.next);

  // The brush: bars of how many events there are, of which those that are chosen stand out, and two sliders.
  const NS = "http://www.w3.org/2000/svg";
  const drawn = (name, attributes) => {
    const made = document.createElementNS(NS, name);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    return made;
  };
  const picture = drawn("svg", { viewBox: `0 0 ${BARS * 10} 100`, class: "brush", preserveAspectRatio: "none", "aria-hidden": "true" });
  const slider = (label, value) => {
    const made = node("input", { type: "range", min: 0, max: BARS, value, step: 1 });
    made.addEventListener("input", () => slid(made));
    return [made, node("label", {}, `${label} `, made)];
  };
  const [start, startLabel] = slider(words.from, 0);
  const [end, endLabel] = slider(words.to, BARS);
  const range = node("p", { class: "note" });
  const slid = (moved) => {
    let [from, to] = [Number(start.value), Number(end.value)];
    if (from >= to) {
      if (moved === start) from = to - 1;
      else to = from + 1;
    }
    brush(Math.max(0, from), Math.min(BARS, to));
  };
  const brush = (from, to) => {
    [state.from, state.to] = [from, to];
    [start.value, end.value] = [from, to];
    for (const slider of [start, end]) slider.setAttribute("aria-valuetext", `${utc(edge(Number(slider.value)))} UTC`);
    apply(0);
  };
  let held = null;
  const barAt = (event) => {
    const box = picture.getBoundingClientRect();
    return Math.max(0, Math.min(BARS, Math.round(((event.clientX - box.left) / box.width) * BARS)));
  };
  picture.addEventListener("pointerdown", (event) => {
    held = barAt(event);
    picture.setPointerCapture(event.pointerId);
  });
  picture.addEventListener("pointermove", (event) => {
    if (held === null) return;
    const now = barAt(event);
    if (now !== held) brush(Math.min(held, now), Math.max(held, now));
  });
  picture.addEventListener("pointerup", () => {
    held = null;
  });
  picture.addEventListener("dblclick", () => brush(0, BARS));

  const draw = (all, chosen) => {
    const most = Math.max(1, ...all);
    const height = (n) => (n ? Math.max(3, (94 * Math.sqrt(n)) / Math.sqrt(most)) : 0);
    const bars = [];
    for (let bar = 0; bar < BARS; bar += 1) {
      const inside = bar >= state.from && bar < state.to;
      const one = (n, kind) => drawn("rect", { x: bar * 10 + 1, width: 8, y: 100 - height(n), height: height(n), class: kind });
      bars.push(one(all[bar], inside ? "all" : "outside"));
      if (inside && chosen[bar]) bars.push(one(chosen[bar], "chosen"));
    }
    picture.replaceChildren(...bars);
  };
  const place = (ms) => Math.min(BARS - 1, Math.floor(((ms - first) * BARS) / (last - first + 1)));
  const fits = (at) => {
    const row = rows[at];
    return (account.value === "" || row[ACCOUNT] === Number(account.value)) &&
      (operation.value === "" || row[OPERATION] === Number(operation.value)) &&
      (level.value === "" || row[LEVEL] >= Number(level.value)) &&
      (!hostile.checked || row[HOSTILE] === 1);
  };

  const apply = (page) => {
    const wanted = text.value.trim().toLowerCase();
    const [all, chosen] = [new Array(BARS).fill(0), new Array(BARS).fill(0)];
    state.shown = [];
    for (let at = 0; at < rows.length; at += 1) {
      const bar = place(rows[at][TIME]);
      all[bar] += 1;
      if (!fits(at) || (wanted !== "" && !lower[at].includes(wanted))) continue;
      chosen[bar] += 1;
      if (bar >= state.from && bar < state.to) state.shown.push(at);
    }
    const pages = Math.max(1, Math.ceil(state.shown.length / PAGE));
    state.page = Math.max(0, Math.min(page, pages - 1));
    draw(all, chosen);
    range.textContent = rows.length ? `${utc(edge(state.from))} – ${utc(edge(state.to))} UTC` : "";
    count.textContent = fill(words.count, { n: state.shown.length, all: rows.length, page: state.page + 1, pages });
    back.disabled = state.page === 0;
    next.disabled = state.page >= pages - 1;
    body.replaceChildren(...state.shown.slice(state.page * PAGE, (state.page + 1) * PAGE).map(line));
  };

  const line = (at) => {
    const row = rows[at];
    const time = node("td", { class: "t" }, `${utc(row[TIME])} UTC`);
    if (local(row[TIME])) time.append(node("br"), node("span", { class: "note" }, local(row[TIME]), node("br"), data.zone));
    const name = LEVELS[row[LEVEL]];
    const what = node("td", {}, row[TEXT]);
    if (row[RULES]) what.append(node("br"), node("span", { class: "note" }, data.rules[row[RULES]]));
    const record = node("td", {}, `${data.files[row[FILE]]}, ${words.row} ${row[ROW]}`, node("br"), node("code", {}, row[ID]));
    return node("tr", { class: row[HOSTILE] ? "hostile" : null }, time, node("td", {}, data.accounts[row[ACCOUNT]]),
      node("td", {}, data.operations[row[OPERATION]]), node("td", {}, data.addresses[row[ADDRESS]]), what,
      node("td", {}, name ? node("span", { class: `level ${name}` }, name) : ""), record);
  };

  const head = [words.time, words.account, words.operation, words.address, words.what, words.level, words.record];
  const table = node("table", { class: "wide events line" },
    node("thead", {}, node("tr", {}, ...head.map((name) => node("th", { scope: "col" }, name)))), body);
  $("line").append(
    node("form", { class: "tools", onsubmit: (event) => event.preventDefault() },
      node("label", {}, `${words.search} `, text), accountLabel, operationLabel, levelLabel,
      node("label", {}, hostile, ` ${words.hostile}`)),
    picture, node("form", { class: "sliders" }, startLabel, endLabel), range, count,
    node("p", { class: "pager" }, back, next),
    node("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": words.timeline }, table),
  );
  $("line").hidden = false;
  brush(0, BARS);

  // --- Ids of events lead to their line of the timeline.
  const known = new Map(rows.map((row, at) => [row[ID], at]));
  for (const id of document.querySelectorAll("code.id")) {
    const name = id.textContent;
    if (!known.has(name)) continue;
    const show = () => {
      for (const list of [account, operation, level]) list.value = "";
      hostile.checked = false;
      text.value = name;
      brush(0, BARS);
      $("timeline").scrollIntoView();
      text.focus();
    };
    id.replaceWith(node("button", { type: "button", class: "id", onclick: show, title: words.show }, name));
  }
})();
