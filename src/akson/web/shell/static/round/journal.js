/* What was done and seen on this device, in one count: kept before it is shown, sent later, forgotten only when the server has it. */
import * as vault from "./vault.js";

const SEEN_AGAIN_MS = 30 * 60 * 1000;
const FINISHED = ["taken", "again", "conflict"];
let seen = new Map();

export async function act(device, kind, patient, target, said, { base = 0, after = "" } = {}) {
  const made = { id: crypto.randomUUID(), device, at: new Date().toISOString(), kind, patient, target, base, after, said };
  await vault.append("op:", made);
  return made;
}

/* Whom she looks at. Written before it is drawn; within half an hour it is one look. */
export async function look(patient) {
  if (Date.now() - (seen.get(patient) ?? 0) < SEEN_AGAIN_MS) return;
  await vault.append("view:", { patient, at: new Date().toISOString() });
  seen.set(patient, Date.now());
}

export const forget = () => { seen = new Map(); };

/* All operations in order, with what became of each: `state` "" is not sent. */
export async function operations() {
  return (await vault.all("op:")).map(([name, op]) => ({ ...op, name }));
}

export const waits = (op) => !FINISHED.includes(op.state) && !op.put;
export const unsent = (all) => all.filter(waits);
export const views = () => vault.all("view:");

/* What the server said, beside what was sent; it stays on the list until the package is made anew. */
export async function settle(ops, { answers, words }) {
  for (const { name, ...op } of ops) {
    const state = answers[op.id];
    if (state === "early" && !op.early) await vault.put(name, { ...op, early: true }); // She may write it in by hand instead of waiting.
    else if (state && state !== "later" && state !== "early") {
      await vault.put(name, { ...op, state, words: words[op.id] ?? "", settled: new Date().toISOString() });
    }
  }
}

/* Those that `some` follow and that will never come: refused, written in by hand, or no longer here. The server looks for them first. */
export function never(some, all) {
  const comes = new Set(all.filter((op) => op.state !== "refused" && !op.put).map((op) => op.id));
  return [...new Set(some.map((op) => op.after).filter((id) => id && !comes.has(id)))];
}

/* One that was refused or is early, and that she has written in the record by hand. */
export async function putAside({ name, ...op }) { await vault.put(name, { ...op, put: true }); }

export async function forgetSettled() {
  const done = (await operations()).filter((op) => !waits(op));
  await vault.drop(done.map((op) => op.name));
}
