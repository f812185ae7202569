/* Keys of the reconciliation screen: rows, choices, undo. The form works without this file; it stores nothing here.
   Each choice is sent as a draft, so that a browser that closes has lost nothing. */
(() => {
  "use strict";
  const form = document.querySelector("[data-recon]");
  if (!form) return;
  const OFF = "akson-keys-off";
  const rows = [...form.querySelectorAll("[data-recon-row]")];
  const history = [];
  const stood = new Map();
  const chosen = (row) => row.querySelector(".pick input:checked");
  const active = () => rows.find((row) => row.classList.contains("active"));
  const sign = () => form.querySelector("[data-recon-sign]");

  function goTo(row) {
    rows.forEach((one) => one.classList.toggle("active", one === row));
    if (!row) return;
    (chosen(row) ?? row.querySelector(".pick input")).focus({ preventScroll: true });
    row.scrollIntoView({ block: "nearest" });
  }

  function next() {
    const now = rows.indexOf(active());
    const after = [...rows.slice(now + 1), ...rows.slice(0, Math.max(now, 0))].find((row) => !chosen(row));
    if (after) { goTo(after); return; }
    rows.forEach((one) => one.classList.remove("active"));
    sign().focus();
  }

  function show() {
    let judged = 0;
    rows.forEach((row) => {
      const done = chosen(row) !== null;
      stood.set(row, chosen(row));
      judged += done ? 1 : 0;
      row.classList.toggle("judged", done);
      row.querySelector("[data-recon-undo]").hidden = !done;
      row.querySelectorAll(".from-source").forEach((line) => {
        line.hidden = done && !line.textContent.includes(`«${chosen(row).closest("label").querySelector("span").textContent}»`);
      });
    });
    const count = form.querySelector("[data-recon-count]");
    if (count) count.textContent = `${judged} av ${rows.length} vurdert`;
    const all = judged === rows.length;
    for (const [part, here] of [["[data-recon-judge]", !all], ["[data-recon-ready]", all]]) {
      const stage = document.querySelector(part);
      if (here) stage?.setAttribute("aria-current", "step"); else stage?.removeAttribute("aria-current");
    }
    const bar = form.querySelector(".bar");
    if (bar) bar.value = judged;
  }

  /* One draft at a time, and the newest choices always last. `session.js` adds the proof to whatever is fetched. */
  let waits = 0, under = false, newer = false;
  function save() {
    clearTimeout(waits);
    waits = setTimeout(send, 150);
  }

  async function send() {
    if (under) { newer = true; return; }
    under = true;
    try {
      const fields = new URLSearchParams(new FormData(form));
      fields.set("gjor", "utkast");
      const answer = await fetch(form.getAttribute("action"), {
        method: "POST",
        headers: { "content-type": "application/x-www-form-urlencoded", "hx-request": "true" },
        body: fields.toString(),
      });
      if (!answer.ok) throw new Error(String(answer.status));
      swap(new DOMParser().parseFromString(await answer.text(), "text/html"));
    } catch {
      const foot = form.querySelector("[data-recon-state]");
      if (foot) foot.textContent = "Utkastet er ikke lagret. Valgene står på siden; prøv «Lagre utkast».";
    }
    under = false;
    if (newer) { newer = false; save(); }
  }

  /* The sum at the foot, and the advice beside each choice; buttons and choices stay, so that the focus does. */
  function swap(page) {
    for (const place of form.querySelectorAll("[data-recon-advice]")) {
      const next = page.querySelector(`[data-recon-advice="${CSS.escape(place.dataset.reconAdvice)}"]`);
      if (next && next.innerHTML !== place.innerHTML) place.replaceChildren(...next.childNodes);
    }
    for (const part of ["[data-recon-sum]", "[data-recon-state]"]) {
      const now = form.querySelector(part), next = page.querySelector(part);
      if (now && next) now.replaceWith(next);
    }
  }

  function choose(row, input) {
    history.push([row, stood.get(row)]);
    input.checked = true;
    show();
    save();
  }

  function undo(row) {
    const at = row ? history.findLastIndex(([one]) => one === row) : history.length - 1;
    const [where, before] = at >= 0 ? history.splice(at, 1)[0] : [row, null];
    if (!where) return;
    where.querySelectorAll(".pick input").forEach((input) => { input.checked = input === before; });
    show();
    save();
    goTo(where);
  }

  /* A click, or a native arrow in the group, chooses too; what stood before it is remembered by the row. */
  rows.forEach((row) => {
    row.querySelectorAll(".pick input").forEach((input) => {
      input.addEventListener("click", (event) => { if (event.detail) queueMicrotask(next); });
      input.addEventListener("change", () => { history.push([row, stood.get(row)]); show(); save(); });
      input.addEventListener("focus", () => { rows.forEach((one) => one.classList.toggle("active", one === row)); });
    });
    row.querySelector("[data-recon-undo]").addEventListener("click", () => undo(row));
    row.querySelector(".own-reason input").addEventListener("change", save);
  });

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
    const text = event.target.closest("input:not([type=radio]), textarea, select");
    if (text) {
      if (event.key === "Enter" && form.contains(text)) { event.preventDefault(); save(); next(); }
      return;
    }
    const onControl = event.target.closest("button, a, summary");
    const row = active();
    const now = rows.indexOf(row);
    const key = event.key.toLowerCase();
    if (key === "arrowdown" || key === "arrowup") {
      if (!rows.length || (onControl && !form.contains(onControl))) return;
      event.preventDefault();
      goTo(rows[Math.min(Math.max(now + (key === "arrowdown" ? 1 : -1), 0), rows.length - 1)]);
      return;
    }
    if (event.key === "Enter") {
      if (onControl) return;
      event.preventDefault();
      next();
      return;
    }
    if (localStorage.getItem(OFF) === "1") return;
    if (key === "j" || key === "k") {
      event.preventDefault();
      goTo(rows[Math.min(Math.max(now + (key === "j" ? 1 : -1), 0), rows.length - 1)]);
    } else if (key === "u") {
      event.preventDefault();
      undo(null);
    } else if (/^[1-9]$/.test(key)) {
      const where = row ?? rows.find((one) => !chosen(one));
      const input = where?.querySelectorAll(".pick input")[Number(key) - 1];
      if (!input) return;
      event.preventDefault();
      goTo(where);
      choose(where, input);
      next();
    }
  });

  form.addEventListener("submit", (event) => {
    if (!event.submitter) { event.preventDefault(); return; }
    clearTimeout(waits);
    newer = false;
  });
  show();
  const first = rows.find((row) => !chosen(row));
  if (first) goTo(first); else if (rows.length) sign().focus({ preventScroll: true });
})();
