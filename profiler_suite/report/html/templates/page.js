(() => {
  const root = document.documentElement;
  root.classList.add("js");
  const $ = (selector, from = document) => from.querySelector(selector);
  const all = (selector, from = document) => [...from.querySelectorAll(selector)];
  const table = $("#points");
  const body = table.tBodies[0];
  const rows = [...body.rows]; // in the order of the points table: data-p is an index into it
  const headings = [...table.tHead.rows[0].cells];
  const column = Object.fromEntries(headings.map((th, i) => [th.dataset.key, i]));
  const label = headings.map((th) => th.textContent);
  const numeric = headings.map((th) => th.classList.contains("n"));
  const cell = (row, key) => row.cells[column[key]].textContent.trim();
  const tip = $("#tip");
  const panel = $("#pinned");
  let pinned = null;
  let tipped = null; // the mark that the tooltip belongs to

  const make = (tag, text, attributes = {}) => {
    const element = document.createElement(tag);
    if (text) element.textContent = text;
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
    return element;
  };

  // ------------------------------------------------------------- tooltips
  const describe = (row) => {
    const time = Number(cell(row, "time"));
    const shown = [`${readable(time)}` + (cell(row, "spread") ? ` ± ${cell(row, "spread")} %` : "")];
    if (cell(row, "rate")) shown.push(rate(Number(cell(row, "rate"))));
    if (cell(row, "bound")) shown.push(`bound by ${cell(row, "bound")}${reach(row)}`);
    if (cell(row, "remark")) shown.push(cell(row, "remark"));
    return shown;
  };
  // Calls are no roof of the machine: their share is a part of the time.
  const reach = (row) => {
    const share = cell(row, "reach");
    if (!share) return "";
    return cell(row, "bound") === "call overhead" ? `, ${share} % of the time is per-call cost` : `, ${share} % of the nearest roof`;
  };
  const readable = (us) => {
    const [value, unit] = us >= 1e6 ? [us / 1e6, "s"] : us >= 1e3 ? [us / 1e3, "ms"] : us >= 1 ? [us, "µs"] : [us * 1e3, "ns"];
    return `${Number(value.toPrecision(3))} ${unit}`;
  };
  const rate = (g) => {
    const [value, unit] = g >= 1e3 ? [g / 1e3, "T"] : g >= 1 ? [g, "G"] : g >= 1e-3 ? [g * 1e3, "M"] : [g * 1e6, "k"];
    return `${Number(value.toPrecision(3))} ${unit}FLOP/s`;
  };
  const heading = (row) => cell(row, "implementation");
  const place = (row) => {
    const threads = cell(row, "threads");
    return `${cell(row, "problem")}, ${cell(row, "dtype")}, ${threads} thread${threads === "1" ? "" : "s"}`;
  };
  const showTip = (mark) => {
    const row = rows[mark.dataset.p];
    if (row === pinned) return; // its card says all of it
    tip.replaceChildren(make("b", heading(row)), make("div", place(row)), ...describe(row).map((t) => make("div", t)));
    tipped = mark;
    tip.hidden = false;
    putTip();
  };
  const putTip = () => {
    const box = tipped.getBoundingClientRect();
    const own = tip.getBoundingClientRect();
    const left = Math.min(Math.max(8, box.left + box.width / 2 - own.width / 2), innerWidth - own.width - 8);
    const above = box.top - own.height - 10;
    tip.style.left = `${left}px`;
    tip.style.top = `${above > 4 ? above : box.bottom + 10}px`;
  };
  const hideTip = () => { tip.hidden = true; tipped = null; };

  // ---------------------------------------------------- marks: hover, focus, keys
  const figures = all("svg.figure");
  for (const figure of figures) {
    const marks = all(".pt", figure);
    marks.forEach((mark, i) => {
      const title = $("title", mark);
      mark.setAttribute("aria-label", title ? title.textContent : cell(rows[mark.dataset.p], "implementation"));
      if (title) title.remove();
      mark.setAttribute("role", "button");
      mark.setAttribute("aria-pressed", "false");
      mark.setAttribute("tabindex", i ? "-1" : "0");
    });
    figure.addEventListener("keydown", (event) => {
      const at = marks.indexOf(event.target);
      if (at < 0) return;
      const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
      if (step || event.key === "Home" || event.key === "End") {
        let next = event.key === "Home" ? 0 : event.key === "End" ? marks.length - 1 : at;
        do next = (next + (step || 1) + marks.length) % marks.length;
        while (step && marks[next].closest(".is-off") && next !== at);
        if (event.key === "Home") next = 0;
        if (event.key === "End") next = marks.length - 1;
        event.target.setAttribute("tabindex", "-1");
        marks[next].setAttribute("tabindex", "0");
        marks[next].focus();
        event.preventDefault();
      } else if (event.key === "Enter" || event.key === " ") {
        pin(rows[event.target.dataset.p], true);
        event.preventDefault();
      }
    });
    figure.addEventListener("focusin", (event) => { if (event.target.matches(".pt")) showTip(event.target); });
    figure.addEventListener("focusout", hideTip);
    figure.addEventListener("pointerover", (event) => {
      if (event.target.matches(".pt")) showTip(event.target);
    });
    figure.addEventListener("pointerout", (event) => { if (event.target.matches(".pt")) hideTip(); });
    figure.addEventListener("click", (event) => {
      const mark = event.target.closest(".pt");
      if (mark) pin(rows[mark.dataset.p], true);
    });
    legend(figure);
  }
  addEventListener("scroll", () => { if (tipped) putTip(); }, { passive: true, capture: true });
  addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    if (!tip.hidden) hideTip();
    else if (pinned) pin(null, true);
  });

  // ---------------------------------------------------------------- legend
  function legend(figure) {
    const entries = all("[data-legend]", figure);
    const texts = entries.filter((entry) => $("text", entry));
    const groups = all("[data-s]", figure);
    const of = (name) => groups.filter((group) => group.dataset.s === name);
    const light = (name) => {
      figure.classList.toggle("is-busy", Boolean(name));
      for (const group of groups) group.classList.toggle("is-lit", group.dataset.s === name);
    };
    const toggle = (entry) => {
      const off = entry.getAttribute("aria-pressed") === "true";
      for (const other of entries)
        if (other.dataset.legend === entry.dataset.legend) other.classList.toggle("is-off", off);
      entry.setAttribute("aria-pressed", String(!off));
      for (const group of of(entry.dataset.legend)) group.classList.toggle("is-off", off);
      light(null);
    };
    for (const entry of texts) {
      if (!of(entry.dataset.legend).length) continue;
      entry.setAttribute("role", "button");
      entry.setAttribute("tabindex", "0");
      entry.setAttribute("aria-pressed", "true");
      entry.setAttribute("aria-label", `Show ${entry.dataset.legend}`);
      entry.addEventListener("click", () => toggle(entry));
      entry.addEventListener("keydown", (event) => {
        if (event.key === "Enter" || event.key === " ") { toggle(entry); event.preventDefault(); }
      });
      for (const type of ["pointerenter", "focus"]) entry.addEventListener(type, () => light(entry.dataset.legend));
      for (const type of ["pointerleave", "blur"]) entry.addEventListener(type, () => light(null));
    }
  }

  // --------------------------------------------------------- pinning, deep links
  const facts = (row) => {
    const of = (key) => cell(row, key);
    const spread = of("spread") && ` ± ${of("spread")} %`;
    return [
      ["status", of("status") === "ok" ? "" : of("status")],
      ["time", of("time") && readable(Number(of("time"))) + spread],
      ["rate", of("rate") && rate(Number(of("rate")))],
      ["bound by", of("bound") && of("bound") + reach(row)],
      ["textbook FLOP", `${Number(of("flop")).toLocaleString("en")}, ${of("intensity")} FLOP/byte`],
      ["page faults", of("faults")],
      ["undisturbed visits", of("undisturbed") && `${of("undisturbed")} %`],
      ["remark", of("remark")],
    ].filter(([, text]) => text);
  };
  const link = (row) => `#pt=${encodeURIComponent(row.id.slice(3)).replaceAll("%2F", "/")}`;
  function pin(row, moveHash) {
    pinned = row;
    hideTip();
    for (const other of all(".is-pinned")) {
      other.classList.remove("is-pinned");
      if (other.matches(".pt")) other.setAttribute("aria-pressed", "false");
    }
    panel.hidden = !row;
    if (moveHash) history.replaceState(null, "", row ? link(row) : location.pathname + location.search);
    if (!row) return;
    row.classList.add("is-pinned");
    for (const mark of all(`.pt[data-p="${rows.indexOf(row)}"]`)) {
      mark.classList.add("is-pinned");
      mark.setAttribute("aria-pressed", "true");
    }
    const list = make("dl");
    for (const [name, text] of facts(row)) {
      const line = make("div");
      line.append(make("dt", name), make("dd", text));
      list.append(line);
    }
    const close = make("button", "×", { type: "button", class: "close", "aria-label": "Unpin" });
    close.addEventListener("click", () => pin(null, true));
    const again = cell(row, "command");
    const tools = make("div", "", { class: "row" });
    const inTable = make("button", "Show in the table", { type: "button" });
    inTable.addEventListener("click", () => { reveal(row); unfold(row); row.scrollIntoView({ block: "center" }); });
    tools.append(inTable);
    if (again && navigator.clipboard) {
      const copy = make("button", "Copy command", { type: "button" });
      copy.addEventListener("click", () => navigator.clipboard.writeText(again).then(() => { copy.textContent = "Copied"; }));
      tools.append(copy);
    }
    const command = make("code");
    for (const word of again.split(" ")) command.append(make("span", word), " "); // lines break between words only
    const where = make("p", `${place(row)}; ${cell(row, "experiment")}`, { class: "quiet" });
    panel.replaceChildren(close, make("h3", heading(row)), where, list, ...(again ? [command] : []), tools);
  }
  // Browsers open what is folded around a link's target; older ones need it done.
  const unfold = (element) => {
    for (let at = element; at; at = at.parentElement) if (at.matches("details")) at.open = true;
  };
  const follow = (scroll) => {
    if (!location.hash.startsWith("#pt=")) {
      const target = document.getElementById(location.hash.slice(1));
      unfold(target);
      if (target && scroll) target.scrollIntoView();
      return;
    }
    let id;
    try { id = decodeURIComponent(location.hash.slice(1)); } catch { return; }
    const row = document.getElementById(id);
    if (!row || !rows.includes(row)) return;
    pin(row, false);
    if (!scroll) return;
    const point = `.pt[data-p="${rows.indexOf(row)}"]`;
    const mark = $(`.experiment ${point}`) || $(point);
    const place = mark ? mark.closest("figure") : row;
    unfold(place);
    place.scrollIntoView({ block: mark ? "start" : "center" });
  };
  addEventListener("hashchange", () => follow(true));

  // ------------------------------------------------- the table: sort, filter, CSV
  const search = $("#filter");
  const status = $("#status");
  const shown = $("#shown");
  const texts = rows.map((row) => [...row.cells].slice(0, -1).map((c) => c.textContent).join(" ").toLowerCase());
  const filter = () => {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    let count = 0;
    rows.forEach((row, i) => {
      const keep = words.every((word) => texts[i].includes(word)) && (!status.value || cell(row, "status") === status.value);
      row.hidden = !keep;
      count += keep;
    });
    shown.textContent = `${count} of ${rows.length} rows`;
  };
  const reveal = (row) => { if (row.hidden) { search.value = ""; status.value = ""; filter(); } };
  search.addEventListener("input", filter);
  status.addEventListener("change", filter);
  headings.forEach((th, i) => {
    if (th.dataset.key === "command") return;
    const button = make("button", th.textContent, { type: "button" });
    th.replaceChildren(button);
    button.addEventListener("click", () => {
      const down = th.getAttribute("aria-sort") === "ascending";
      for (const other of headings) other.removeAttribute("aria-sort");
      th.setAttribute("aria-sort", down ? "descending" : "ascending");
      const keyed = rows.map((row) => {
        const text = row.cells[i].textContent.trim();
        return [numeric[i] ? (text === "" ? NaN : Number(text)) : text.toLowerCase(), row];
      });
      const sign = down ? -1 : 1;
      keyed.sort(([a], [b]) => {
        if (a !== a || b !== b) return (a !== a) - (b !== b); // empty cells last, both ways
        return a < b ? -sign : a > b ? sign : 0;
      });
      body.append(...keyed.map(([, row]) => row));
    });
  });
  const quoted = (text) => {
    const safe = /^[=+\-@\t\r]/.test(text) && Number.isNaN(Number(text)) ? `'${text}` : text;
    return /[",\n\r]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
  };
  $("#csv").addEventListener("click", () => {
    const lines = [["id", ...label], ...[...body.rows].filter((row) => !row.hidden)
      .map((row) => [row.id.slice(3), ...[...row.cells].map((c) => c.textContent.trim())])];
    const text = lines.map((line) => line.map(quoted).join(",")).join("\r\n") + "\r\n";
    const url = URL.createObjectURL(new Blob([text], { type: "text/csv" }));
    const anchor = make("a", "", { href: url, download: "points_shown.csv" });
    anchor.click();
    URL.revokeObjectURL(url);
  });
  body.addEventListener("click", (event) => {
    const row = event.target.closest("tr");
    if (row && !String(getSelection())) pin(row, true);
  });
  filter();
  follow(true);
  // The browser goes to the row of a link when the page has loaded; the figure says more.
  addEventListener("load", () => follow(true));
})();
