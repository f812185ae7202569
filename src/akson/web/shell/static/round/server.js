/* The server, when there is one: who is logged in, the package, and sending. Every question may fail, and then nothing is changed. */
const PROOF = "akson-proof", TIMEOUT_MS = 20000;

export class Away extends Error {}
export class LoggedOut extends Error {}
/* Another is logged in than the one whose list this is: nothing is sent in her name. */
export class Other extends Error {}

async function ask(path, options = {}) {
  let answer;
  try {
    answer = await fetch(path, { ...options, redirect: "manual", signal: AbortSignal.timeout(TIMEOUT_MS) });
  } catch { throw new Away(); }
  if (answer.type === "opaqueredirect" || answer.status === 401 || answer.status === 403) throw new LoggedOut();
  if (answer.status === 409 && (await answer.text()).includes("AKS-ROUND-003")) throw new Other();
  if (!answer.ok) throw new Away();
  try { return await answer.json(); } catch { throw new LoggedOut(); }
}

/* -- a session that is bound to this browser: the key of session.js, read from where it keeps it -- */
function sessionKey() {
  return new Promise((done) => {
    const asked = indexedDB.open("akson", 1);
    asked.onupgradeneeded = () => asked.result.createObjectStore("keys");
    asked.onerror = () => done(null);
    asked.onsuccess = () => {
      const found = asked.result.transaction("keys").objectStore("keys").get("session");
      found.onsuccess = () => { done(found.result ?? null); asked.result.close(); };
      found.onerror = () => done(null);
    };
  });
}

const letters = (bytes) => btoa(String.fromCharCode(...new Uint8Array(bytes))).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
const part = (object) => letters(new TextEncoder().encode(JSON.stringify(object)));

async function proof(path, session, now) {
  const key = await sessionKey();
  if (!key) return {};
  const text = `${part({ typ: "akson-proof+jwt", alg: "ES256" })}.${part({ jti: crypto.randomUUID(), iat: Math.floor(now), htm: "POST", htu: path, sid: session })}`;
  const made = await crypto.subtle.sign({ name: "ECDSA", hash: "SHA-256" }, key.privateKey, new TextEncoder().encode(text));
  return { [PROOF]: `${text}.${letters(made)}` };
}

async function post(path, fields, who) {
  const headers = { "content-type": "application/x-www-form-urlencoded" };
  if (who.session) Object.assign(headers, await proof(path, who.session, who.now));
  return ask(path, { method: "POST", headers, body: new URLSearchParams({ token: who.token, ...fields }).toString() });
}

/* `known`: the id of a bound session. Its cookie lives half a minute; this browser's key renews it. */
export async function session(known = "") {
  try { return await ask("/runde/okt"); } catch (failed) {
    if (!(failed instanceof LoggedOut) || !known) throw failed;
    await renew(known, Date.now() / 1000);
    return ask("/runde/okt");
  }
}

async function renew(known, now, again = true) {
  const path = "/okt/forny";
  let answer;
  try {
    answer = await fetch(path, { method: "POST", body: "aktiv=1", headers: { "content-type": "application/x-www-form-urlencoded", ...(await proof(path, known, now)) } });
  } catch { throw new Away(); }
  if (answer.ok) return;
  const told = await answer.json().catch(() => ({}));
  if (told.id === "AKS-SESSION-002" && told.now && again) return renew(known, told.now, false);
  throw new LoggedOut();
}

/* `kept`: whose list lies here. Asked before anything leaves the phone, and by the server again. */
export async function owner(kept) {
  const who = await session(kept?.session);
  if (who.actor !== kept?.actor) throw new Other();
  return who;
}
/* `whole`: others' visits of the unit too. */
export const load = (who, whole, device) => post("/runde/pakke", { actor: who.actor, whole: whole ? "1" : "", device }, who);
/* Whether this phone may still read its list: "stands", "ended" (her login was ended), "removed" (the phone is given up). */
export const standing = async (device) => (await ask(`/runde/telefon/${device}`)).state;
export const send = (who, body) => post("/runde/send", { actor: who.actor, sendt: JSON.stringify(body) }, who);
