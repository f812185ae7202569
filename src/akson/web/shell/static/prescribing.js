/* Keys, search and advice of the screen of orders. The form works without this file; it stores nothing here. */
(() => {
  "use strict";
  const form = document.querySelector("[data-rx]");
  if (!form) return;
  const OFF = "akson-keys-off";
  const rows = [...form.querySelectorAll("[data-rx-row]")];
  const pick = (row, value) => row.querySelector(`input[type=radio][value="${value}"]`);
  const chosen = (row) => row.querySelector("input[type=radio]:checked").value;
  const field = (name) => form.elements.namedItem(name);
  const find = form.querySelector("[data-rx-find]"), box = form.querySelector("[data-rx-hits]");
  const list = box.querySelector("ul"), hitsName = box.querySelector("p");
  let active = null;

  function mark(row) {
    active = row;
    rows.forEach((one) => one.classList.toggle("active", one === row));
  }

  const WORDS = { forny: "fornyes", endre: "endres", seponer: "seponeres" };
  function show() {
    const count = {};
    rows.forEach((row) => {
      const act = chosen(row);
      row.classList.toggle("chosen", act !== "");
      if (act) count[act] = (count[act] ?? 0) + 1;
    });
    const told = Object.entries(WORDS).filter(([act]) => count[act]).map(([act, word]) => `${count[act]} ${word}`);
    if (find.value.trim()) told.push("1 startes");
    form.querySelector("[data-rx-sum]").textContent = told.length ? told.join(", ") : "Ingenting er valgt ennå.";
  }

  function choose(row, act) {
    const now = chosen(row) === act;
    pick(row, now ? "" : act).checked = true;
    mark(row);
    show();
    if (now) { advise(); return; }
    const next = act === "endre" ? row.querySelector("[data-rx-dose]") : act === "seponer" ? row.querySelector("[data-rx-why]") : null;
    next?.focus();
    next?.select();
    row.scrollIntoView({ block: "nearest" });
    if (act !== "forny") advise();
  }

  /* Advice on what stands in the form; the newest question's answer alone is shown. */
  let waits = 0, asked = 0;
  function advise(quiet = 0) { clearTimeout(waits); waits = setTimeout(ask, quiet); }
  async function ask() {
    const mine = ++asked, place = form.querySelector("[data-rx-advice]");
    try {
      const answer = await fetch(`${form.getAttribute("action")}/raad`, {
        method: "POST",
        headers: { "content-type": "application/x-www-form-urlencoded", "hx-request": "true" },
        body: new URLSearchParams(new FormData(form)).toString(),
      });
      if (!answer.ok) throw new Error(String(answer.status));
      const told = await answer.text();
      if (mine !== asked || place.contains(document.activeElement)) return;
      place.replaceChildren(...new DOMParser().parseFromString(told, "text/html").body.childNodes);
    } catch {
      /* Nothing is signed unseen: the server shows what this could not. */
    }
  }

  /* Search: a list below the field, arrows and Enter. */
  const options = () => [...list.querySelectorAll("[role=option]")];
  const marked = () => options().find((one) => one.getAttribute("aria-selected") === "true");
  function select(option) {
    options().forEach((one) => one.setAttribute("aria-selected", String(one === option)));
    if (option) { find.setAttribute("aria-activedescendant", option.id); option.scrollIntoView({ block: "nearest" }); }
    else find.removeAttribute("aria-activedescendant");
  }
  function open(shown) {
    box.hidden = !shown;
    find.setAttribute("aria-expanded", String(shown));
    if (!shown) select(null);
  }
  let searching = 0;
  async function search() {
    const mine = ++searching, typed = find.value.trim();
    try {
      const answer = await fetch(`/legemiddelsok?q=${encodeURIComponent(typed)}`);
      if (!answer.ok || mine !== searching) return;
      list.replaceChildren(...new DOMParser().parseFromString(await answer.text(), "text/html").body.childNodes);
      list.dataset.typed = typed;
      hitsName.textContent = typed ? "Treff" : "Ofte brukt";
      open(document.activeElement === find && list.children.length > 0);
    } catch { open(false); }
  }
  function take(option) {
    find.value = option.dataset.name;
    field("ny-atc").value = option.dataset.atc;
    field("ny-form").value = option.dataset.form;
    field("ny-styrke").value = option.dataset.strength;
    open(false);
    (option.dataset.strength ? form.querySelector("[data-rx-new-dose]") : form.querySelector("[data-rx-strength]")).focus();
    show();
    advise();
  }
  find.setAttribute("role", "combobox");
  find.setAttribute("aria-controls", "rx-hits");
  find.setAttribute("aria-expanded", "false");
  find.setAttribute("aria-autocomplete", "list");
  find.addEventListener("focus", search);
  find.addEventListener("input", () => { field("ny-atc").value = ""; show(); clearTimeout(find.waits); find.waits = setTimeout(search, 120); });
  find.addEventListener("blur", () => setTimeout(() => open(false), 150));
  list.addEventListener("pointerdown", (event) => {
    const option = event.target.closest("[role=option]");
    if (option) { event.preventDefault(); take(option); }
  });
  find.addEventListener("keydown", (event) => {
    const all = options(), at = all.indexOf(marked());
    if (event.key === "ArrowDown" && all.length) { event.preventDefault(); open(true); select(all[(at + 1) % all.length]); }
    else if (event.key === "ArrowUp" && all.length) { event.preventDefault(); open(true); select(all[(at - 1 + all.length) % all.length]); }
    else if (event.key === "Escape") open(false);
    else if (event.key === "Enter") {
      event.preventDefault();
      const first = marked() ?? (find.value.trim() && list.dataset.typed === find.value.trim() ? all[0] : null);
      if (first && !box.hidden) take(first);
      else if (find.value.trim()) form.querySelector("[data-rx-strength]").focus();
    }
  });

  form.addEventListener("change", (event) => {
    const row = event.target.closest("[data-rx-row]");
    if (row) mark(row);
    show();
    if (!event.target.closest("[data-rx-advice]")) advise();
  });
  form.addEventListener("input", (event) => {
    if (event.target !== find && !event.target.closest("[data-rx-advice]") && event.target.matches(".ds-input")) advise(400);
  });

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
    if (event.target.closest("input:not([type=radio]):not([type=checkbox]), textarea, select, a, button, summary")) return;
    if (event.key === "Enter") { event.preventDefault(); form.requestSubmit(form.querySelector("[data-rx-submit]")); return; }
    if (localStorage.getItem(OFF) === "1") return;
    const row = /^[1-9]$/.test(event.key) ? rows[Number(event.key) - 1] : null;
    if (row) { event.preventDefault(); choose(row, "forny"); return; }
    const act = { e: "endre", x: "seponer" }[event.key.toLowerCase()];
    const at = active ?? event.target.closest("[data-rx-row]");
    if (act && at) { event.preventDefault(); choose(at, act); }
  });
  show();
})();
