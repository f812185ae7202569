/* Everything of the round that lies on this device, sealed. It opens by the device's key and the PIN together:

     K = HMAC(device key, PBKDF2(PIN, salt))    wraps the content key, under which each thing lies as { iv, bytes }

   The device's key is made here and no script can read it out. What this is not: docs/adr/0206. */
const ROUNDS = 600000, TRIES_MAX = 5, DIGITS_MIN = 6, NAME = "akson-round";
const bytesOf = (text) => new TextEncoder().encode(text);
let content = null;

function open() {
  return new Promise((done, fail) => {
    const asked = indexedDB.open(NAME, 1);
    asked.onupgradeneeded = () => { for (const name of ["keys", "box", "lock"]) asked.result.createObjectStore(name); };
    asked.onerror = () => fail(asked.error);
    asked.onsuccess = () => done(asked.result);
  });
}

/* One transaction over `names`: all that `act` asks for, or nothing. Done when it is on the disk. */
async function within(names, mode, act) {
  const base = await open();
  try {
    return await new Promise((done, fail) => {
      const deed = base.transaction(names, mode, { durability: "strict" });
      const asked = act(...names.map((name) => deed.objectStore(name)));
      deed.oncomplete = () => done(asked?.result);
      deed.onerror = () => fail(deed.error);
      deed.onabort = () => fail(deed.error);
    });
  } finally { base.close(); }
}

export const lock = () => within(["lock"], "readonly", (kept) => kept.get("lock"));

export function poor(pin) {
  const steps = new Set([...pin].slice(1).map((digit, place) => digit.charCodeAt(0) - pin.charCodeAt(place)));
  if (!/^[0-9]{6,12}$/.test(pin)) return `Koden må ha minst ${DIGITS_MIN} siffer.`;
  if ((steps.size === 1 && Math.abs([...steps][0]) < 2) || new Set(pin).size < 3) return "Velg en kode som ikke er en rekke, med minst tre ulike siffer.";
  return "";
}

async function wrapping(pin, salt, rounds) {
  const device = await within(["keys"], "readonly", (keys) => keys.get("device"));
  if (!device) return null;
  const typed = await crypto.subtle.importKey("raw", bytesOf(pin), "PBKDF2", false, ["deriveBits"]);
  const stretched = await crypto.subtle.deriveBits({ name: "PBKDF2", hash: "SHA-256", salt, iterations: rounds }, typed, 256);
  const both = await crypto.subtle.sign("HMAC", device, stretched);
  return crypto.subtle.importKey("raw", both, "AES-GCM", false, ["encrypt", "decrypt"]);
}

const contentKey = (raw) => crypto.subtle.importKey("raw", raw, "AES-GCM", false, ["encrypt", "decrypt"]);
const chance = (count) => crypto.getRandomValues(new Uint8Array(count));

/* A new vault; whatever lay in an older one is gone. */
export async function make(pin, ends, number) {
  const device = await crypto.subtle.generateKey({ name: "HMAC", hash: "SHA-256", length: 256 }, false, ["sign"]);
  await within(["keys", "box", "lock"], "readwrite", (keys, box, kept) => { box.clear(); kept.clear(); return keys.put(device, "device"); });
  const salt = chance(16), iv = chance(12), raw = chance(32);
  const key = await wrapping(pin, salt, ROUNDS);
  const wrapped = await crypto.subtle.encrypt({ name: "AES-GCM", iv }, key, raw);
  content = await contentKey(raw);
  raw.fill(0);
  const made = { device: number, salt, iv, wrapped, rounds: ROUNDS, tries: 0, counted: 0, ends };
  await within(["lock"], "readwrite", (kept) => kept.put(made, "lock"));
}

/* "" when it opened; else what is wrong. Counted before it is tried, so that a page that is ended has counted too. */
export async function unlock(pin) {
  let found = null;
  await within(["lock"], "readwrite", (kept) => {
    const asked = kept.get("lock");
    asked.onsuccess = () => { found = asked.result; if (found) kept.put({ ...found, tries: found.tries + 1 }, "lock"); };
    return asked;
  });
  if (!found) return "Det er ingen liste på telefonen.";
  try {
    const key = await wrapping(pin, found.salt, found.rounds);
    content = await contentKey(await crypto.subtle.decrypt({ name: "AES-GCM", iv: found.iv }, key, found.wrapped));
  } catch {
    const left = TRIES_MAX - found.tries - 1;
    if (left > 1) return `Feil kode. Du har ${left} forsøk igjen.`;
    if (left === 1) return "Feil kode. Du har ett forsøk igjen. Etter det slettes alt på telefonen, også det som ikke er sendt.";
    await wipe();
    return "Feil kode for femte gang. Alt på telefonen er slettet. Hent listen på nytt når du har nett.";
  }
  await change((kept) => ({ ...kept, tries: 0 }));
  return "";
}

export const close = () => { content = null; };
export const isOpen = () => content !== null;

export async function wipe() {
  close();
  await within(["keys", "box", "lock"], "readwrite", (keys, box, kept) => { keys.clear(); kept.clear(); return box.clear(); });
}

export const change = (how) => within(["lock"], "readwrite", (kept) => {
  const asked = kept.get("lock");
  asked.onsuccess = () => { if (asked.result) kept.put(how(asked.result), "lock"); };
  return asked;
});

async function sealed(value) {
  if (!content) throw new Error("locked");
  const iv = chance(12);
  return { iv, bytes: await crypto.subtle.encrypt({ name: "AES-GCM", iv }, content, bytesOf(JSON.stringify(value))) };
}

async function unsealed({ iv, bytes }) {
  if (!content) throw new Error("locked");
  return JSON.parse(new TextDecoder().decode(await crypto.subtle.decrypt({ name: "AES-GCM", iv }, content, bytes)));
}

export async function put(name, value) {
  const made = await sealed(value);
  await within(["box"], "readwrite", (box) => box.put(made, name));
}

export async function get(name) {
  const found = await within(["box"], "readonly", (box) => box.get(name));
  return found && unsealed(found);
}

/* What is numbered is kept with the number that it takes, or neither is: a page that ends leaves no gap. */
export async function append(prefix, value) {
  for (;;) {
    const { counted } = await lock(), next = counted + 1;
    const made = await sealed({ ...value, sequence: next });
    let done = false;
    await within(["lock", "box"], "readwrite", (kept, box) => {
      const asked = kept.get("lock");
      asked.onsuccess = () => {
        if (asked.result.counted !== counted) return; // Another tab was first: sealed again under the next number.
        kept.put({ ...asked.result, counted: next }, "lock");
        box.put(made, prefix + String(next).padStart(8, "0"));
        done = true;
      };
      return asked;
    });
    if (done) return next;
  }
}

export async function all(prefix) {
  const range = IDBKeyRange.bound(prefix, prefix + "￿");
  const names = await within(["box"], "readonly", (box) => box.getAllKeys(range));
  const found = await Promise.all(names.map((name) => get(name)));
  return names.map((name, place) => [name, found[place]]).filter(([, value]) => value);
}

export const holds = async (prefix) => (await within(["box"], "readonly", (box) => box.count(IDBKeyRange.bound(prefix, prefix + "￿")))) > 0;

export const drop = (names) => within(["box"], "readwrite", (box) => { for (const name of names) box.delete(name); });
