/* The round: the list, a visit, what is not sent. Drawn from the opened vault alone; the server is asked when it is there. */
import * as vault from "./vault.js";
import * as journal from "./journal.js";
import * as server from "./server.js";
import { button, clock, clockBeside, day, el, field, icon, many, nearest, sheet } from "./drawing.js";

const LOCK_AFTER_MS = 5 * 60 * 1000, LOOK_EACH_MS = 10000, SEND_LETTERS_MAX = 12000;
const TOLD = JSON.parse(document.body.dataset.told);
const REACHED = "button, input, summary, a";
const main = document.querySelector("#main");
const place = (id) => document.querySelector(`#${id}`);
let held = null, net = "unknown", touched = Date.now(), sending = null, opened = "", ticked = new Map(), ended = false;

/* -- what stands -- */
async function read() {
  const kept = await vault.lock(), box = await vault.get("package"), ops = await journal.operations(), who = await vault.get("who");
  held = { device: kept.device, box, ops, who };
  return held;
}

/* The visit as she left it: the package's word, then her own operations upon it. */
function standing(visit) {
  const hers = held.ops.filter((op) => op.kind === "visit" && op.target === visit.id);
  const last = hers.at(-1);
  if (!last) return { state: visit.state, words: visit.words, op: null };
  const words = { done: "Utført", open: "", cancelled: TOLD.cannot[last.said.reason], moved: last.said.to && `Flyttet til ${clockBeside(last.said.to, visit.start)}` };
  return { state: last.said.outcome, words: words[last.said.outcome] ?? "", op: last };
}

const current = () => held.box.visits.find((visit) => standing(visit).state === "open" && held.box.people[visit.patient]);
const attention = () => held.ops.filter((op) => (op.state === "refused" && !op.put) || op.state === "conflict");

/* -- the top and the foot -- */
function tellNet() {
  const line = place("round-net"), count = held ? journal.unsent(held.ops).filter((op) => op.state !== "refused").length : 0;
  const unsent = place("round-unsent");
  unsent.hidden = !count;
  unsent.textContent = count;
  line.hidden = !held?.box;
  if (!held?.box) return;
  const loaded = `Liste lastet ned ${clock(held.box.made)}.`;
  const waits = many(count, "registrering", "registreringer");
  const said = {
    away: ["Uten nett.", count ? `${loaded} ${waits} sendes når nettet er tilbake.` : loaded],
    out: ["Ikke logget inn.", `${loaded} ${count ? `${waits} venter. ` : ""}`],
    other: ["En annen er logget inn.", `${loaded} ${count ? `${waits} venter. ` : ""}`],
    open: ["På nett.", count ? `${loaded} Sender ${waits}.` : `${loaded} Alt er sendt.`],
    unknown: ["", loaded],
  }[net];
  line.className = `round-net ${net}`;
  line.replaceChildren(icon(net === "open" && !count ? "check" : "clock"), el("span", {}, el("strong", {}, said[0]), " ", said[1], net === "out" && el("a", { href: "/runde/overlapp" }, "Logg inn for å sende"), net === "other" && logInAsHer()));
}

const logInAsHer = () => el("a", { href: "/logg-inn?til=/runde" }, `Logg inn som ${held?.who?.name ?? "den som hentet listen"}`);

function frame(title, under, count = "") {
  place("round-title").textContent = title;
  place("round-under").textContent = under;
  place("round-count").hidden = !count;
  place("round-count").textContent = count;
  const here = location.hash || "#liste";
  for (const link of document.querySelectorAll(".round-bottom a")) {
    if (link.getAttribute("href") === here) link.setAttribute("aria-current", "page"); else link.removeAttribute("aria-current");
  }
  tellNet();
}

/* -- pages -- */
async function draw({ keep = false } = {}) {
  if (!vault.isOpen()) return door();
  await read();
  if (!held.box || Date.now() > Date.parse(held.box.ends)) return over();
  const page = { "#usendt": unsentPage, "#mer": morePage }[location.hash] ?? listPage;
  const at = [...main.querySelectorAll(REACHED)].indexOf(document.activeElement);
  await page();
  if (keep && at >= 0) main.querySelectorAll(REACHED)[at]?.focus({ preventScroll: true });
  if (!keep) window.scrollTo(0, 0);
}

async function listPage() {
  const { box } = held, next = opened || current()?.id;
  const done = box.visits.filter((visit) => standing(visit).state !== "open").length;
  const chosen = box.visits.find((visit) => visit.id === next);
  if (chosen) await journal.look(chosen.patient);
  const rows = box.visits.map((visit) => row(visit, visit.id === next));
  main.replaceChildren(rows.length ? el("ol", { class: "round-list" }, rows) : el("p", { class: "round-note" }, held.box.whole ? "Ingen liste i dag." : "Ingen besøk er dine, og ingen er uten ansvarlig. Under «Mer» kan du ta med hele enheten."));
  frame("Dagens liste", `${box.unit} · ${day(box.made)}`, rows.length ? `${done} av ${rows.length}` : "");
}

function row(visit, isOpen) {
  const her = held.box.people[visit.patient], now = standing(visit);
  const kind = isOpen ? "now" : now.state === "open" ? "" : "ended";
  const head = el("button", { class: "round-row", type: "button", "aria-expanded": String(isOpen), onclick: () => { opened = isOpen ? "-" : visit.id; draw({ keep: true }); } },
    el("time", {}, clock(visit.start)), el("span", {}, el("strong", {}, her.name), el("span", { class: "muted sm" }, [her.address, visit.what].filter(Boolean).join(" · ")), statusLine(visit, now)));
  return el("li", { class: kind, "data-visit": visit.id }, head, isOpen && details(visit, her, now));
}

function statusLine(visit, { state, words, op }) {
  if (!op) return state === "open" ? null : el("span", { class: "round-state ok" }, icon(state === "done" ? "check" : "stop"), state === "done" ? "Utført" : words || "Avlyst");
  const what = words ? `${words}. ` : "";
  if (op.state === "conflict") return el("span", { class: "round-state bad" }, icon("alert"), `${what}Ført ulikt av to. Se innboksen.`);
  if (op.state === "refused" && !op.put) return el("span", { class: "round-state bad" }, icon("alert"), `${what}Ikke tatt imot. Se «Ikke sendt».`);
  if (journal.waits(op)) return el("span", { class: "round-state waits" }, icon("clock"), `${what}Lagret ${clock(op.at)}, venter på nett`);
  return el("span", { class: "round-state ok" }, icon("check"), `${what}Sendt ${clock(op.settled)}`);
}

function details(visit, her, now) {
  const ticks = ticked.get(visit.id) ?? ticked.set(visit.id, new Set()).get(visit.id);
  const tick = (name, text, set) => el("li", {}, el("label", {}, el("input", { type: "checkbox", name, checked: set, onchange: (event) => {
    if (name === "all") visit.steps.forEach((step) => (event.target.checked ? ticks.add(step) : ticks.delete(step)));
    else if (event.target.checked) ticks.add(text); else ticks.delete(text);
    draw({ keep: true });
  } }), text));
  const all = visit.steps.length > 1 && tick("all", "Alt etter plan", visit.steps.every((step) => ticks.has(step)));
  const hers = held.ops.filter((op) => op.patient === visit.patient && (op.kind === "note" || op.kind === "measurement"));
  const tasks = (held.box.tasks ?? []).filter((task) => task.patient === visit.patient);
  return el("div", { class: "round-more" },
    now.state === "open" && el("ul", { class: "round-steps" }, all, visit.steps.map((step) => tick("step", step, ticks.has(step)))),
    tasks.length > 0 && el("section", { class: "round-tasks", "aria-label": "Oppgaver" }, el("h2", {}, "Oppgaver"), el("ul", { class: "round-todo" }, tasks.map(taskRow))),
    her.alerts.map((alert) => el("p", { class: "round-alert" }, icon("alert"), " ", alert)),
    her.said.map((line) => el("p", { class: "round-said muted" }, line)),
    now.state === "open"
      ? el("div", { class: "round-pair" }, button("Registrer besøk", () => done(visit, ticks)), button("Kunne ikke", () => could(visit, now), "secondary"))
      : el("div", { class: "round-pair" }, button("Åpne igjen", () => act(visit, { outcome: "open" }), "secondary")),
    el("div", { class: "round-pair small" }, her.phone && el("a", { class: "ds-button", "data-variant": "tertiary", "data-color": "accent", href: `tel:${her.phone.replace(/\s/g, "")}` }, "Ring"), button("Måling", () => measure(visit), "tertiary"), button("Notat", () => note(visit), "tertiary")),
    el("details", {}, el("summary", {}, "Legemidler"), her.medicines.length ? el("ul", {}, her.medicines.map((line) => el("li", {}, line))) : el("p", { class: "muted" }, "Ingen legemidler registrert.")),
    el("details", {}, el("summary", {}, "Helse og person"), el("p", {}, `Født ${her.birth}`), her.problems.length > 0 && el("ul", {}, her.problems.map((line) => el("li", {}, line)))),
    hers.length > 0 && el("ul", { class: "round-own" }, hers.map((op) => el("li", {}, `${clock(op.at)} `, op.kind === "note" ? op.said.text : `${TOLD.measures[op.said.measure].word} ${op.said.value} ${TOLD.measures[op.said.measure].unit}`, statusLine(visit, { state: "done", words: "", op })))));
}

/* -- tasks: as the package has them, then her own doings upon them -- */
const ofTask = (task) => held.ops.filter((op) => op.kind === "task" && op.target === task.id && op.state !== "refused" && !op.put);

function taskRow(task) {
  const hers = ofTask(task), last = hers.at(-1), done = hers.findLast((op) => op.said.outcome === "done" || op.said.outcome === "open")?.said.outcome === "done";
  const moved = hers.findLast((op) => op.said.outcome === "moved"), due = moved?.said.to ?? task.due;
  const remarks = hers.filter((op) => op.said.outcome === "noted").map((op) => el("span", { class: "sm" }, `${clock(op.at)} ${op.said.text}`));
  return el("li", { "data-task": task.id }, el("strong", {}, task.what), due && el("span", { class: "muted sm" }, ` Frist ${day(due)} ${clock(due)}`),
    task.more && el("span", { class: "muted sm round-task-more" }, task.more), remarks, last && statusLine(task, { state: "done", words: { done: "Utført", moved: "Utsatt", open: "Åpnet igjen", noted: "Merknad" }[last.said.outcome], op: last }),
    el("div", { class: "round-pair small" }, done ? button("Åpne igjen", () => doTask(task, { outcome: "open" }), "tertiary")
      : [button("Utført", () => doTask(task, { outcome: "done" }), "secondary", { "aria-label": `Utført: ${task.what}` }), button("Utsett", () => postpone(task, due), "tertiary", { "aria-label": `Utsett: ${task.what}` })],
      button("Merknad", () => remark(task), "tertiary", { "aria-label": `Merknad: ${task.what}` })));
}

async function doTask(task, said) {
  await journal.act(held.device, "task", task.patient, task.id, said, { base: task.version, after: ofTask(task).at(-1)?.id ?? "" });
  await draw({ keep: true });
  flush();
}

function postpone(task, due) {
  const at = new Date(Math.max(Date.now(), due ? Date.parse(due) : 0)), choices = [["1", "I morgen"], ["7", "Om en uke"], ["14", "Om to uker"]];
  const later = (days) => { const to = new Date(); to.setDate(to.getDate() + Number(days)); to.setHours(at.getHours(), at.getMinutes(), 0, 0); return to; };
  const body = el("fieldset", {}, el("legend", { class: "ds-sr-only" }, "Når?"), choices.map(([days, text]) => el("label", { class: "round-choice" }, el("input", { type: "radio", name: "days", value: days }), `${text}, ${day(later(days))}`)));
  sheet("Utsett oppgaven", body, async () => {
    const chosen = body.querySelector("input[name=days]:checked")?.value;
    if (!chosen) return "Velg når.";
    await doTask(task, { outcome: "moved", to: later(chosen).toISOString() });
    return "";
  }, "Utsett");
}

function remark(task) {
  const text = el("textarea", { class: "ds-input", name: "remark", rows: "4", maxlength: "4000", autocomplete: "off" });
  sheet("Merknad", field("Merknad på oppgaven", text, "Står på oppgaven, ikke i journalen"), async () => {
    if (!text.value.trim()) return "Skriv noe først.";
    await doTask(task, { outcome: "noted", text: text.value.trim() });
    return "";
  }, "Lagre merknad");
}

/* -- acts -- */
async function act(visit, said) {
  const before = held.ops.filter((op) => op.kind === "visit" && op.target === visit.id && op.state !== "refused" && !op.put).at(-1);
  await journal.act(held.device, "visit", visit.patient, visit.id, said, { base: visit.version, after: before?.id ?? "" });
  opened = "";
  await draw({ keep: true });
  flush();
}

const done = (visit, ticks) => act(visit, { outcome: "done", did: visit.steps.filter((step) => ticks.has(step)), left: ticks.size ? visit.steps.filter((step) => !ticks.has(step)) : [] });

function could(visit) {
  const options = [["moved", "Flyttes til et annet tidspunkt i dag eller i natt"], ...Object.entries(TOLD.cannot)];
  const time = el("input", { class: "ds-input", type: "time", name: "time", autocomplete: "off" });
  const when = el("p", { class: "muted", role: "status" }), minute = 60 * 1000;
  const chosenTime = () => nearest(time.value, visit.start, Date.now() + minute, held.box.ends);
  time.addEventListener("input", () => { const to = time.value && chosenTime(); when.textContent = to ? `Flyttes til ${day(to)} kl. ${clock(to)}.` : ""; });
  const choices = options.map(([value, text]) => el("label", { class: "round-choice" }, el("input", { type: "radio", name: "why", value }), text));
  const body = el("fieldset", {}, el("legend", { class: "ds-sr-only" }, "Hva skjedde?"), choices, field("Nytt klokkeslett", time, "Bare når besøket flyttes"), when);
  sheet("Kunne ikke", body, async () => {
    const chosen = body.querySelector("input[name=why]:checked")?.value;
    if (!chosen) return "Velg hva som skjedde.";
    if (chosen !== "moved") { await act(visit, { outcome: "cancelled", reason: chosen }); return ""; }
    if (!time.value) return "Skriv når besøket skal være.";
    const to = chosenTime();
    if (!to) return `${time.value} er passert, eller kommer etter at listen er over (${day(held.box.ends)} kl. ${clock(held.box.ends)}).`;
    await act(visit, { outcome: "moved", to: to.toISOString() });
    return "";
  }, "Lagre");
}

function measure(visit) {
  const kind = el("select", { class: "ds-input", name: "measure" }, Object.entries(TOLD.measures).map(([name, { word, unit }]) => el("option", { value: name }, `${word} (${unit})`)));
  const value = el("input", { class: "ds-input", name: "value", inputmode: "decimal", autocomplete: "off" });
  sheet("Måling", el("div", {}, field("Hva", kind), field("Verdi", value)), async () => {
    const { word, low, high } = TOLD.measures[kind.value], number = Number(value.value.replace(",", "."));
    if (value.value.trim() === "" || Number.isNaN(number)) return "Skriv et tall.";
    if (number < Number(low) || number > Number(high)) return `${word} ${value.value} er utenfor ${low.replace(".", ",")}–${high.replace(".", ",")}. Sjekk verdien.`;
    await journal.act(held.device, "measurement", visit.patient, visit.id, { measure: kind.value, value: value.value.trim() });
    await draw({ keep: true });
    flush();
    return "";
  }, "Lagre måling");
}

function note(visit) {
  const text = el("textarea", { class: "ds-input", name: "text", rows: "6", maxlength: "4000", autocomplete: "off" });
  sheet("Notat", field("Notat i journalen", text), async () => {
    if (!text.value.trim()) return "Skriv noe først.";
    await journal.act(held.device, "note", visit.patient, visit.id, { text: text.value.trim() });
    await draw({ keep: true });
    flush();
    return "";
  }, "Lagre notat");
}

function described(op) {
  const her = held.box?.people[op.patient];
  const what = { note: () => `Notat: ${op.said.text}`, measurement: () => `${TOLD.measures[op.said.measure].word} ${op.said.value} ${TOLD.measures[op.said.measure].unit}`,
    task: () => `Oppgave: ${{ done: "utført", open: "åpnet igjen", moved: `utsatt til ${op.said.to && day(op.said.to)}`, noted: op.said.text }[op.said.outcome]}`,
    visit: () => ({ done: "Besøk utført", open: "Besøk åpnet igjen", cancelled: `Ikke gjennomført: ${TOLD.cannot[op.said.reason]}`, moved: `Besøk flyttet til ${op.said.to && clockBeside(op.said.to, op.at)}` })[op.said.outcome] }[op.kind];
  return [el("strong", {}, her?.name ?? "Ukjent"), el("br"), `${clock(op.at)} · ${what()}`];
}

const byHand = (op) => button("Jeg har ført det for hånd", async () => { await journal.putAside(op); draw({ keep: true }); }, "secondary");

async function unsentPage() {
  const waiting = journal.unsent(held.ops).filter((op) => op.state !== "refused"), wrong = attention();
  main.replaceChildren(
    el("section", { class: "round-section" }, el("h2", {}, "Venter på nett"),
      waiting.length ? el("ul", { class: "round-own" }, waiting.map((op) => el("li", {}, described(op), op.early && byHand(op)))) : el("p", { class: "muted" }, "Alt er sendt."),
      waiting.length > 0 && button("Send nå", () => flush(), "secondary")),
    wrong.length ? el("section", { class: "round-section" }, el("h2", {}, "Trenger deg"), el("ul", { class: "round-own" }, wrong.map((op) => el("li", {}, described(op),
      el("span", { class: "round-state bad" }, icon("alert"), op.state === "conflict" ? "Ført ulikt av to. Begge står i en oppgave i innboksen." : op.words || "Ikke tatt imot."),
      op.state === "refused" && byHand(op))))) : "");
  frame("Ikke sendt", many(waiting.length, "registrering", "registreringer"));
}

async function morePage() {
  const waiting = journal.unsent(held.ops).length;
  main.replaceChildren(el("section", { class: "round-section" },
    el("p", {}, `Listen slettes av seg selv ${clock(held.box.ends)}. Den holder ${many(Object.keys(held.box.people).length, "person", "personer")}.`),
    button("Lås", () => { lockNow(); }, "secondary"),
    button("Hent listen på nytt", () => reload(), "secondary"),
    !held.box.whole && button("Ta med hele enheten", () => reload(true), "secondary"),
    button("Avslutt vakten", () => finish(waiting), "secondary"),
    el("p", {}, el("a", { href: "/innboks" }, "Til innboksen (krever nett)"))));
  frame("Mer", held.box.unit);
}

function finish(waiting) {
  const said = waiting ? `${many(waiting, "registrering er", "registreringer er")} ikke sendt, og blir borte.` : "Alt er sendt. Listen slettes fra telefonen.";
  sheet("Avslutt vakten", el("p", {}, said), async () => {
    await flush();
    await read();
    if (journal.unsent(held.ops).length && !waiting) return "Noe er ikke sendt likevel. Se «Ikke sendt».";
    await vault.wipe();
    held = null;
    location.hash = "";
    await draw();
    return "";
  }, waiting ? "Slett likevel" : "Avslutt");
}

/* -- the door: open, or load -- */
async function door() {
  const kept = await vault.lock();
  if (!kept) return start();
  obey().catch(() => {});
  if (Date.now() > Date.parse(kept.ends)) {
    await vault.drop(["package"]); // Gone also when nobody opens it; what is not sent stays sealed until it is.
    if (!(await vault.holds("op:")) && !(await vault.holds("view:"))) { await vault.wipe(); return start(); }
  }
  const pin = el("input", { class: "ds-input round-pin", name: "pin", type: "password", inputmode: "numeric", autocomplete: "off", maxlength: "12" });
  const said = el("p", { class: "round-wrong", role: "alert" });
  const form = el("form", { class: "round-section", onsubmit: async (event) => {
    event.preventDefault();
    const typed = pin.value;
    pin.value = "";
    said.textContent = await vault.unlock(typed);
    if (vault.isOpen()) { touched = Date.now(); await draw(); flush(); } else if (!(await vault.lock())) await door();
  } }, field("PIN-kode", pin), said, el("button", { class: "ds-button", "data-color": "accent", type: "submit" }, "Lås opp"));
  held = null;
  main.replaceChildren(form);
  frame("Låst", "Skriv PIN-koden du valgte da du hentet listen");
  place("round-net").hidden = true;
  pin.focus();
}

async function start() {
  const pin = () => el("input", { class: "ds-input round-pin", type: "password", inputmode: "numeric", autocomplete: "off", maxlength: "12" });
  const first = pin(), second = pin(), said = el("p", { class: "round-wrong", role: "alert" });
  const whole = el("input", { type: "checkbox", name: "whole", autocomplete: "off" });
  first.name = "pin";
  second.name = "again";
  const form = el("form", { class: "round-section", onsubmit: async (event) => {
    event.preventDefault();
    const typed = first.value;
    said.textContent = vault.poor(typed) || (typed === second.value ? "" : "De to kodene er ikke like.");
    if (said.textContent) return;
    said.textContent = "Henter listen …";
    try {
      const number = crypto.randomUUID(), who = await server.session(), box = await server.load(who, whole.checked, number);
      await vault.make(typed, box.ends, number);
      ended = false;
      await vault.put("package", box);
      await vault.put("who", { session: who.session, actor: who.actor, name: who.name });
      net = "open";
      touched = Date.now();
      await draw();
    } catch (failed) { said.replaceChildren(...failure(failed)); }
  } }, el("p", {}, "Listen lastes ned kryptert, for høyst 16 timer: dine besøk, og de som ingen har fått. Velg en PIN-kode for denne vakten."), field("PIN-kode", first, "Minst 6 siffer"), field("PIN-kode en gang til", second), el("label", { class: "round-choice" }, whole, "Ta med hele enheten"), said, el("button", { class: "ds-button", "data-color": "accent", type: "submit" }, "Hent dagens liste"));
  main.replaceChildren(form);
  frame("Runden", "Ingen liste på telefonen");
}

function failure(failed) {
  if (failed instanceof server.LoggedOut) return ["Du er ikke logget inn. ", el("a", { href: "/logg-inn?til=/runde" }, "Logg inn")];
  if (failed instanceof server.Other) return ["En annen er logget inn. ", logInAsHer()];
  if (failed instanceof server.Away) return ["Fikk ikke svar fra serveren. Prøv igjen når du har nett."];
  return ["Det gikk ikke. Last siden på nytt og prøv igjen."];
}

/* The time is out: the list goes, what is not sent stays sealed until it is sent. */
async function over() {
  if (held.box) await vault.drop(["package"]);
  held.box = undefined;
  if (!journal.unsent(held.ops).length && !(await vault.holds("view:"))) { await vault.wipe(); held = null; return start(); }
  await unsentPage();
  main.prepend(el("p", { class: "round-note" }, ended ? "Innloggingen ble avsluttet, og listen er slettet. " : "Listen er for gammel og er slettet. ", "Det som ikke er sendt, ligger her til det er sendt. ", net === "other" && logInAsHer(), net === "out" && el("a", { href: "/logg-inn?til=/runde" }, "Logg inn for å sende")));
  frame(ended ? "Innloggingen er avsluttet" : "For gammel liste", "Hent en ny når alt er sendt");
  if (!sending) flush();
}

async function reload(whole = held.box.whole) {
  try {
    await flush();
    const who = await server.owner(await vault.get("who"));
    await read();
    if (journal.unsent(held.ops).length) { location.hash = "#usendt"; return; }
    const box = await server.load(who, whole, held.device);
    await journal.forgetSettled();
    await vault.put("package", box);
    await vault.change((kept) => ({ ...kept, ends: box.ends }));
    location.hash = "#liste";
    await draw();
  } catch (failed) { sheet("Hent listen på nytt", el("p", {}, ...failure(failed)), async () => "", "Greit"); }
}

/* -- what was ended from elsewhere, is gone at the next contact: also of a phone that lies locked -- */
async function obey() {
  const kept = await vault.lock();
  const told = kept ? await server.standing(kept.device) : "stands";
  if (told === "removed") { await vault.wipe(); held = null; await start(); place("round-under").textContent = "Telefonen er fjernet. Listen er slettet."; return false; }
  if (told !== "ended" || !(await vault.holds("package"))) return true;
  ended = true;
  await vault.drop(["package"]);
  if (vault.isOpen()) { await read(); await over(); }
  return true;
}

/* -- sending: one at a time; what came is marked, what did not stays -- */
function flush() {
  if (!vault.isOpen()) return Promise.resolve();
  sending ??= (async () => {
    const before = net;
    let moved = false;
    try {
      if (!(await obey())) return;
      const who = await server.owner(await vault.get("who"));
      net = "open";
      for (let round = 0; round < 50; round += 1) {
        const { more, some } = await sendSome(who);
        moved ||= some;
        if (!more) break;
      }
    } catch (failed) {
      net = failed instanceof server.Other ? "other" : failed instanceof server.LoggedOut ? "out" : failed instanceof server.Away ? "away" : net;
    } finally { sending = null; }
    if (vault.isOpen() && (moved || before !== net) && !document.querySelector("dialog[open]")) await draw({ keep: true });
    else tellNet();
  })();
  return sending;
}

/* `some` were sent, and there is `more`. In the order it was made, so that nothing arrives before what it follows. */
async function sendSome(who) {
  const kept = await vault.lock(), views = (await journal.views()).slice(0, 50);
  const all = await journal.operations(), waiting = journal.unsent(all).filter((op) => op.state !== "refused");
  const ops = [];
  let letters = 0;
  for (const op of waiting.slice(0, 40)) {
    letters += JSON.stringify(op).length;
    if (ops.length && letters > SEND_LETTERS_MAX) break;
    ops.push(op);
  }
  if (!ops.length && !views.length) return { more: false, some: false };
  const last = ops.length === waiting.length && views.length < 50;
  const body = { device: kept.device, counted: last ? kept.counted : 0, operations: ops.map(({ name, state, words, settled, early, ...op }) => op), never: journal.never(ops, all), views: views.map(([, view]) => [view.sequence, view.patient, view.at]) };
  const told = await server.send(who, body);
  await vault.drop(views.map(([name]) => name));
  await journal.settle(ops, told);
  const finished = ops.filter((op) => ["taken", "again", "conflict", "refused"].includes(told.answers[op.id]));
  return { more: !last && (finished.length > 0 || views.length > 0), some: true };
}

/* -- the clock, the lock, the network -- */
function lockNow() {
  vault.close();
  journal.forget();
  held = null;
  ticked = new Map();
  for (const dialog of document.querySelectorAll("dialog")) dialog.remove();
  return door();
}

for (const kind of ["pointerdown", "keydown", "touchstart"]) addEventListener(kind, () => { touched = Date.now(); }, { capture: true, passive: true });
addEventListener("hashchange", () => { opened = ""; draw(); });
addEventListener("online", () => flush());
addEventListener("offline", () => { net = "away"; tellNet(); });
document.addEventListener("visibilitychange", () => { if (document.visibilityState === "visible") look(); });
function look() {
  if (!vault.isOpen()) { obey().catch(() => {}); return; }
  if (Date.now() - touched > LOCK_AFTER_MS) lockNow(); else flush();
}
setInterval(look, LOOK_EACH_MS);

if (!isSecureContext || !("serviceWorker" in navigator)) {
  main.replaceChildren(el("p", { class: "round-note" }, "Runden trenger HTTPS, for uten det lagrer ikke nettleseren noe til bruk uten nett. Bruk adressen som begynner med https."));
} else {
  navigator.serviceWorker.register("/runde/arbeider.js", { scope: "/runde" }).then(() => navigator.serviceWorker.ready).then(() => { document.body.dataset.kept = ""; }).catch(() => { document.body.dataset.unkept = ""; });
  draw();
}
