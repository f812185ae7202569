/* Keys and small comforts. Everything works without this file; nothing here holds or stores patient data. */
(() => {
  "use strict";
  const OFF = "akson-keys-off";

  const typing = (target) => target.closest("input, textarea, select, [contenteditable]") !== null;
  const keysOff = () => localStorage.getItem(OFF) === "1";
  const rows = () => [...document.querySelectorAll("[data-list] > [data-row]")];
  const here = () => document.querySelector("[data-row][data-here]");

  /* J and K move a mark and the focus; the link of the row is what Enter opens. */
  function move(step) {
    const all = rows();
    if (!all.length) return;
    const now = all.indexOf(here());
    const next = all[Math.min(Math.max(now + step, 0), all.length - 1)];
    all.forEach((row) => row.toggleAttribute("data-here", row === next));
    (next.querySelector("[data-open]") ?? next.querySelector("a, button"))?.focus();
    next.scrollIntoView({ block: "nearest" });
  }

  let goPressed = 0;
  const keys = {
    j: () => move(1),
    k: () => move(-1),
    g: () => { goPressed = Date.now(); },
    "/": () => {
      const field = document.querySelector("#q") ?? document.querySelector("[data-key-search]");
      if (field?.checkVisibility()) { field.focus(); field.select(); } else location.assign("/sok");
    },
  };

  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      document.querySelectorAll("details.who[open]").forEach((menu) => {
        menu.open = false;
        menu.querySelector("summary").focus();
      });
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey || keysOff() || typing(event.target)) return;
    const key = event.key.toLowerCase();
    if (Date.now() - goPressed < 1000 && key !== "g") {
      goPressed = 0;
      const link = document.querySelector(`[data-go="${CSS.escape(key)}"]`);
      if (link) { event.preventDefault(); link.click(); }
      return;
    }
    const act = document.querySelector(`[data-key="${CSS.escape(key)}"]`);
    if (act) { event.preventDefault(); act.click(); return; }
    if (keys[key]) { event.preventDefault(); keys[key](); }
  });

  /* What is opened to be filled in has the focus in its first field. */
  document.addEventListener("toggle", (event) => {
    if (event.target.matches("details.acts[open]")) event.target.querySelector("input:not([type=hidden])")?.focus();
  }, true);

  /* Where one is stands within sight in a menu that is wider than the screen. */
  const shown = document.querySelector(".menu [aria-current]");
  if (shown) shown.parentElement.scrollLeft = shown.offsetLeft - shown.parentElement.offsetLeft - 24;

  /* A menu closes when the reader goes elsewhere. */
  document.addEventListener("click", (event) => {
    document.querySelectorAll("details.who[open]").forEach((menu) => {
      if (!menu.contains(event.target)) menu.open = false;
    });
  });

  /* Single-letter keys can be switched off (WCAG 2.1.4); the choice stays on this machine. */
  document.querySelectorAll("[data-key-switch]").forEach((box) => {
    box.checked = !keysOff();
    box.addEventListener("change", () => localStorage.setItem(OFF, box.checked ? "0" : "1"));
  });

  /* After an act the row may be gone: then the focus goes to the next row, never to nowhere. */
  let actedRow = -1;
  document.addEventListener("htmx:before:request", () => {
    actedRow = rows().findIndex((row) => row.contains(document.activeElement));
  });
  document.addEventListener("htmx:after:swap", () => {
    if (document.activeElement && document.activeElement !== document.body) return;
    const all = rows();
    const next = all[Math.min(Math.max(actedRow, 0), all.length - 1)];
    (next?.querySelector("button") ?? document.querySelector("#main"))?.focus();
  });

  /* How long something still stands open; the server says when it ends, this only counts. */
  const open = document.querySelector("[data-until]");
  if (open) {
    setInterval(() => {
      const minutes = Math.max(Math.ceil((new Date(open.dataset.until) - Date.now()) / 60000), 0);
      const hours = Math.floor(minutes / 60);
      open.textContent = hours ? `${hours} t ${minutes % 60} min` : `${minutes} min`;
    }, 20000);
  }

  /* A request that never came back is said in words, and nothing typed is lost. */
  document.addEventListener("htmx:error", () => {
    const said = document.querySelector(".said");
    if (said) {
      said.classList.add("said-no");
      said.textContent = "Fikk ikke svar fra serveren. Ingenting er endret. Prøv igjen.";
    }
  });
})();
