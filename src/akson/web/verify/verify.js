// The page /verifiser: checks the file that a citizen has downloaded from "Hvem har sett", in her own browser, asking nobody.
// It is akson_verify.py written a second time, with WebCrypto; tests/audit/test_verdicts.py holds both to the same verdicts.
// Formats: docs/adr/0007, 0008, 0009; https://c2sp.org/tlog-proof, tlog-policy, tlog-cosignature, signed-note; RFC 6962.
"use strict";

const AksonVerify = (() => {
  const FORMAT = "akson-log-proof/1";
  const TLOG_PROOF = "c2sp.org/tlog-proof@v1";
  const BYTES_MAX = 64000000;
  const FIELDS = (
    "id actor_kind actor_id actor_name role hpr enterprise unit place client patient action purpose ground decision_ref " +
    "attest outcome rules words policy_version decision categories resources request origin"
  ).split(" ");
  const OPAQUE = ["id", "attest", "decision"];
  const HEAD = 26 + 4 * FIELDS.length;
  const ZEROS = new Uint8Array(32);
  const encoder = new TextEncoder();

  class Refused extends Error {}

  const refuse = (why) => {
    throw new Refused(why);
  };
  const utf8 = (text) => encoder.encode(text);
  const text = (bytes) => new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  const joined = (...parts) => {
    const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
    let at = 0;
    for (const part of parts) {
      out.set(part, at);
      at += part.length;
    }
    return out;
  };
  const same = (a, b) => a.length === b.length && a.every((byte, at) => byte === b[at]);
  const less = (a, b) => {
    for (let at = 0; at < a.length; at++) if (a[at] !== b[at]) return a[at] < b[at];
    return false;
  };
  const int64 = (value) => {
    const out = new Uint8Array(8);
    new DataView(out.buffer).setBigInt64(0, BigInt(value));
    return out;
  };
  const view = (bytes) => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const sha256 = async (bytes) => new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  const hex = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  const base64 = (bytes) => btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));

  async function hmac(secret, message) {
    const key = await crypto.subtle.importKey("raw", secret, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
    return new Uint8Array(await crypto.subtle.sign("HMAC", key, message));
  }

  /** Only as base64 is written by those who write it properly. */
  function b64(written, length) {
    let raw;
    try {
      raw = atob(written);
    } catch {
      refuse("Filen er endret.");
    }
    if (btoa(raw) !== written || (length !== undefined && raw.length !== length)) refuse("Filen er endret.");
    return Uint8Array.from(raw, (letter) => letter.charCodeAt(0));
  }

  function number(written) {
    if (!/^(0|[1-9][0-9]{0,14})$/.test(written)) refuse("Et tall i filen kan ikke leses.");
    return Number(written);
  }

  /** {accepted, lines, events}. Never throws: what cannot be read is refused too. */
  async function check(data, policyText = null) {
    try {
      if (same(data.subarray(0, TLOG_PROOF.length), utf8(TLOG_PROOF))) return await checkEntry(text(data), policyText);
      return await checkBundle(data, policyText);
    } catch (error) {
      const why = error instanceof Refused ? error.message : "Filen kan ikke leses som et bevis.";
      return { accepted: false, lines: ["AVVIST: beviset holder ikke.", why], events: [] };
    }
  }

  async function checkBundle(data, policyText) {
    const bundle = parsed(data);
    const policy = await readPolicy(policyText ?? bundle.policy);
    const point = await checkpoint(bundle.checkpoint, policy);
    const { signature, ...rest } = bundle;
    await signed(point.key, b64(signature, 64), joined(utf8(FORMAT + "\n"), written(rest)), "Filen er endret.");
    const { tenant, id: patient } = bundle.patient;
    const leaves = new Map();
    const events = [];
    const heads = [];
    let seq = 0;
    let leaf = ZEROS;
    for (const item of bundle.events) {
      const canonical = b64(item.event);
      const event = readEvent(canonical);
      if (event.tenant !== BigInt(tenant) || event.patient !== patient || !patient) refuse("En hendelse gjelder en annen.");
      seq += 1;
      leaf = await leafOf(b64(item.salt, 16), seq, leaf, canonical);
      place(leaves, item.index, leaf);
      heads.push({ index: item.index, seq, leaf });
      events.push(words(event));
    }
    const lost = await epochs(bundle.epochs, point, leaves);
    const closed = await daily(bundle.heads, tenant, patient, heads, leaves);
    const root = await rootOf(point.size, leaves, bundle.hashes.map((line) => b64(line, 32)));
    if (!same(root, point.root)) refuse("Hendelsene står ikke i loggen slik de er gjengitt her.");
    return { accepted: true, lines: await verdict(bundle, point, closed, lost, policyText !== null), events };
  }

  /** The file as a value of the right shape, and written exactly as Akson writes it. */
  function parsed(data) {
    if (data.length > BYTES_MAX) refuse("Filen er for stor.");
    const bundle = JSON.parse(text(data));
    const entry = { entry: "string", index: "number", salt: "string" };
    const pair = { key: "string", path: ["string"], position: "number", value: "string" };
    shape(bundle, {
      checkpoint: "string",
      epochs: [entry],
      events: [{ event: "string", index: "number", salt: "string" }],
      format: "string",
      hashes: ["string"],
      heads: bundle.heads === null ? null : { ...entry, places: [pair], secret: "string" },
      patient: { id: "string", tenant: "number" },
      policy: "string",
      signature: "string",
    });
    if (bundle.format !== FORMAT || !same(written(bundle), data)) refuse("Filen er endret.");
    return bundle;
  }

  function shape(value, wanted) {
    const odd = () => refuse("Filen mangler noe, eller har noe for mye.");
    if (wanted === null) {
      if (value !== null) odd();
    } else if (Array.isArray(wanted)) {
      if (!Array.isArray(value)) odd();
      value.forEach((part) => shape(part, wanted[0]));
    } else if (typeof wanted === "object") {
      if (typeof value !== "object" || value === null || Array.isArray(value)) odd();
      const names = Object.keys(wanted);
      if (Object.keys(value).length !== names.length) odd();
      names.forEach((name) => (Object.hasOwn(value, name) ? shape(value[name], wanted[name]) : odd()));
    } else if (typeof value !== wanted || (wanted === "number" && !(Number.isSafeInteger(value) && value >= 0))) {
      odd();
    } else if (wanted === "string" && /[\ud800-\udfff]/.test(value.replace(/[\ud800-\udbff][\udc00-\udfff]/g, ""))) {
      odd();
    }
  }

  function written(bundle) {
    const sorted = (value) => {
      if (Array.isArray(value)) return value.map(sorted);
      if (typeof value !== "object" || value === null) return value;
      return Object.fromEntries(Object.keys(value).sort().map((name) => [name, sorted(value[name])]));
    };
    return utf8(JSON.stringify(sorted(bundle), null, 1) + "\n");
  }

  /** https://c2sp.org/tlog-policy */
  async function readPolicy(written) {
    const policy = { logs: new Map(), witnesses: [], groups: new Map(), quorum: "" };
    const odd = () => refuse("Reglene for vitner kan ikke leses.");
    const named = new Set(["none"]);
    const used = new Set();
    for (const line of written.split("\n")) {
      const [kind, ...rest] = line.replaceAll("\t", " ").split(" ").filter((word) => word);
      if (kind === undefined || kind.startsWith("#")) continue;
      if (kind === "log" && [1, 2].includes(rest.length)) {
        const { name, key } = await vkey(rest[0], 1);
        policy.logs.set(name, key);
      } else if (kind === "witness" && [2, 3].includes(rest.length) && !named.has(rest[0])) {
        const found = await vkey(rest[1], 4);
        if (policy.witnesses.some((known) => same(known.key, found.key))) refuse("Samme vitne står to ganger i reglene.");
        policy.witnesses.push({ ...found, local: rest[0] });
        named.add(rest[0]);
      } else if (kind === "group" && rest.length >= 3 && !named.has(rest[0])) {
        const members = rest.slice(2);
        const count = { all: members.length, any: 1 }[rest[1]] ?? number(rest[1]);
        const fresh = members.every((m, at) => members.indexOf(m) === at && !used.has(m) && named.has(m) && m !== "none");
        if (!fresh || count < 1 || count > members.length) odd();
        policy.groups.set(rest[0], { count, members });
        members.forEach((member) => used.add(member));
        named.add(rest[0]);
      } else if (kind === "quorum" && rest.length === 1 && !policy.quorum && named.has(rest[0])) {
        policy.quorum = rest[0];
      } else {
        odd();
      }
    }
    if (!policy.quorum) odd();
    return policy;
  }

  /** `name+id+key`: https://c2sp.org/signed-note */
  async function vkey(written, type) {
    const first = written.indexOf("+");
    const second = written.indexOf("+", first + 1);
    if (first < 0 || second < 0) refuse("En nøkkel i reglene er endret.");
    const name = written.slice(0, first);
    const raw = b64(written.slice(second + 1), 33);
    const id = (await sha256(joined(utf8(name + "\n"), raw))).subarray(0, 4);
    if (raw[0] !== type || written.slice(first + 1, second) !== hex(id) || !name) refuse("En nøkkel i reglene er endret.");
    return { name, id, key: raw.subarray(1) };
  }

  function met(policy, name, seen) {
    if (name === "none") return true;
    const group = policy.groups.get(name);
    if (!group) return seen.has(name);
    return group.members.filter((member) => met(policy, member, seen)).length >= group.count;
  }

  /** https://c2sp.org/tlog-checkpoint with the witnesses' lines below: https://c2sp.org/tlog-cosignature */
  async function checkpoint(note, policy) {
    const odd = () => refuse("Loggens underskrift kan ikke leses.");
    const gap = note.indexOf("\n\n");
    if (gap < 0 || !note.endsWith("\n")) odd();
    const body = note.slice(0, gap + 1);
    const lines = note.slice(gap + 2, -1).split("\n");
    const [origin, size, root, ...more] = body.split("\n");
    if (more.length !== 1 || more[0] !== "" || note.length < gap + 3) odd();
    const key = policy.logs.get(origin);
    if (!key) refuse("Beviset er fra en annen logg enn den reglene nevner.");
    const logId = (await sha256(joined(utf8(origin + "\n\x01"), key))).subarray(0, 4);
    let byLog = false;
    const seen = new Set();
    for (const line of lines) {
      const [dash, name, mark, ...rest] = line.split(" ");
      if (dash !== "\u2014" || mark === undefined || rest.length) odd();
      const raw = b64(mark);
      const witness = policy.witnesses.find((known) => known.name === name && same(known.id, raw.subarray(0, 4)));
      if (name === origin && same(raw.subarray(0, 4), logId)) {
        await signed(key, raw.subarray(4), utf8(body), "Loggens underskrift er ikke ekte.");
        byLog = true;
      } else if (witness) {
        if (raw.length < 12) odd();
        const said = `cosignature/v1\ntime ${view(raw).getBigUint64(4)}\n${body}`;
        await signed(witness.key, raw.subarray(12), utf8(said), "Et vitnes underskrift er ikke ekte.");
        seen.add(witness.local);
      }
    }
    if (!byLog) refuse("Loggens underskrift mangler.");
    if (!met(policy, policy.quorum, seen)) refuse("For få uavhengige vitner har sett denne loggen.");
    return { origin, size: number(size), root: b64(root, 32), key, seen };
  }

  async function signed(key, signature, message, otherwise) {
    if (!(await ed25519(key, signature, message))) refuse(otherwise);
  }

  /** Canonical bytes, version 2. */
  function readEvent(data) {
    const odd = () => refuse("En hendelse kan ikke leses.");
    if (data.length < HEAD || data[0] !== 2 || data[25] > 1) odd();
    const numbers = view(data);
    const event = { at: numbers.getBigInt64(1), tenant: numbers.getBigInt64(9) };
    let begin = HEAD;
    FIELDS.forEach((name, n) => {
      const end = begin + numbers.getUint32(26 + 4 * n);
      if (end > data.length) odd();
      event[name] = OPAQUE.includes(name) ? data.subarray(begin, end) : text(data.subarray(begin, end));
      begin = end;
    });
    if (begin !== data.length) odd();
    return event;
  }

  async function leafOf(salt, seq, before, canonical) {
    const commitment = await sha256(joined(salt, int64(seq), before, canonical));
    return sha256(joined(new Uint8Array(1), commitment));
  }

  function place(leaves, index, leaf) {
    if (leaves.has(index)) refuse("To hendelser står på samme plass.");
    leaves.set(index, leaf);
  }

  /** What was lost when the log was restored; every epoch but the first has its declaration. */
  async function epochs(entries, point, leaves) {
    const said = [];
    for (const [at, item] of entries.entries()) {
      const odd = () => refuse("Loggens egne opplysninger kan ikke leses.");
      const data = b64(item.entry);
      if (data.length < 33) odd();
      const numbers = view(data);
      const [reason, note] = [numbers.getUint32(25), numbers.getUint32(29)];
      const kept = numbers.getBigInt64(17);
      if (data[0] !== 0x81 || numbers.getBigInt64(9) !== BigInt(at + 2)) odd();
      if (33 + reason + note !== data.length || kept !== BigInt(item.index)) odd();
      place(leaves, item.index, await leafOf(b64(item.salt, 16), 0, ZEROS, data));
      const last = text(data.subarray(33 + reason)).split("\n");
      const lost = last.length > 1 ? Math.max(0, number(last[1]) - Number(kept)) : 0;
      said.push(
        `Loggen ble gjenopprettet ${time(numbers.getBigInt64(1))}: minst ${lost} hendelser i hele loggen gikk tapt. ` +
          `Grunn: ${text(data.subarray(33, 33 + reason))}`,
      );
    }
    if (point.origin.slice(point.origin.lastIndexOf("/") + 1) !== String(entries.length + 1)) {
      refuse("Det mangler opplysninger om at loggen er gjenopprettet.");
    }
    return said;
  }

  /** {at, after} of the newest daily heads, which say how many events of hers there are. */
  async function daily(item, tenant, patient, events, leaves) {
    if (item === null) return null;
    const odd = () => refuse("Loggens egne opplysninger kan ikke leses.");
    const [data, secret] = [b64(item.entry), b64(item.secret, 32)];
    if (data.length !== 99 || data[0] !== 0x80 || !same(await sha256(secret), data.subarray(57, 89))) odd();
    const numbers = view(data);
    const [size, count, root] = [numbers.getBigInt64(9), numbers.getBigInt64(17), data.subarray(25, 57)];
    if (size < 0n || size > BigInt(item.index)) odd();
    place(leaves, item.index, await leafOf(b64(item.salt, 16), 0, ZEROS, data));
    const key = await hmac(secret, joined(int64(tenant), utf8(patient)));
    const places = [];
    for (const found of item.places) {
      const pair = joined(b64(found.key, 32), b64(found.value, 32));
      const path = found.path.map((step) => b64(step, 32));
      const leaf = await sha256(joined(new Uint8Array(1), pair));
      if (!(await included(leaf, BigInt(found.position), count, path, root))) {
        refuse("Dagens oversikt over antall hendelser stemmer ikke.");
      }
      places.push({ position: BigInt(found.position), key: pair.subarray(0, 32), value: pair.subarray(32) });
    }
    const before = events.filter((event) => BigInt(event.index) < size);
    if (before.length) {
      const last = before[before.length - 1];
      const value = await sha256(joined(int64(last.seq), last.leaf));
      if (places.length !== 1 || !same(places[0].key, key) || !same(places[0].value, value)) {
        refuse("Det mangler hendelser: loggen har flere enn de som er gjengitt her.");
      }
    } else if (!absent(key, places, count)) {
      refuse("Det mangler hendelser: loggen har noen, og her er ingen.");
    }
    return { at: numbers.getBigInt64(1), after: events.length - before.length };
  }

  /** Whether these neighbours leave no place for the key. */
  function absent(key, around, count) {
    if (around.length === 2) {
      const [left, right] = around;
      return right.position === left.position + 1n && less(left.key, key) && less(key, right.key);
    }
    if (around.length === 1) {
      const { position, key: other } = around[0];
      return (position === 0n && less(key, other)) || (position === count - 1n && less(other, key));
    }
    return around.length === 0 && count === 0n;
  }

  const node = (left, right) => sha256(joined(new Uint8Array([1]), left, right));

  /** RFC 9162 2.1.3.2 */
  async function included(leaf, index, size, path, root) {
    if (index < 0n || index >= size) return false;
    let [fn, sn, found] = [index, size - 1n, leaf];
    for (const step of path) {
      if (sn === 0n) return false;
      if (fn & 1n || fn === sn) {
        found = await node(step, found);
        while (!(fn & 1n) && fn) [fn, sn] = [fn >> 1n, sn >> 1n];
      } else {
        found = await node(found, step);
      }
      [fn, sn] = [fn >> 1n, sn >> 1n];
    }
    return sn === 0n && same(found, root);
  }

  /** The root of the tree that has these leaves at their places and `hashes`, from the left, where there is none. */
  async function rootOf(size, leaves, hashes) {
    const places = [...leaves.keys()].sort((a, b) => a - b);
    if (places.length && places[places.length - 1] >= size) refuse("En hendelse står utenfor loggen.");
    let taken = 0;
    const bisect = (value, first, last) => {
      while (first < last) {
        const middle = (first + last) >> 1;
        if (places[middle] < value) first = middle + 1;
        else last = middle;
      }
      return first;
    };
    const over = async (lo, hi, first, last) => {
      if (first === last) return hashes[taken++] ?? new Uint8Array(0);
      if (hi - lo === 1) return leaves.get(lo);
      let half = 1;
      while (half * 2 < hi - lo) half *= 2;
      const middle = bisect(lo + half, first, last);
      const left = await over(lo, lo + half, first, middle);
      return node(left, await over(lo + half, hi, middle, last));
    };
    const root = size ? await over(0, size, 0, places.length) : await sha256(new Uint8Array(0));
    if (taken < hashes.length) refuse("Filen har noe for mye.");
    return root;
  }

  /** A single entry as https://c2sp.org/tlog-proof; its extra line is what the leaf is made of. */
  async function checkEntry(data, policyText) {
    if (policyText === null) refuse("Et bevis for én hendelse trenger nøkler utenfra: bruk --policy.");
    const gap = data.indexOf("\n\n");
    const [first, extra, index, ...path] = data.slice(0, gap).split("\n");
    if (gap < 0 || first !== TLOG_PROOF || !extra?.startsWith("extra ") || !index?.startsWith("index ")) {
      refuse("Filen kan ikke leses som et bevis.");
    }
    const point = await checkpoint(data.slice(gap + 2), await readPolicy(policyText));
    const at = number(index.slice(6));
    const leaf = await sha256(joined(new Uint8Array(1), await sha256(b64(extra.slice(6)))));
    const steps = path.map((step) => b64(step, 32));
    if (!(await included(leaf, BigInt(at), BigInt(point.size), steps, point.root))) {
      refuse("Hendelsen står ikke i loggen slik den er gjengitt her.");
    }
    return { accepted: true, lines: [`Hendelsen står på plass ${at} i loggen.`, seenBy(point)], events: [] };
  }

  async function verdict(bundle, point, closed, lost, pinned) {
    const complete = closed ? `Komplett til og med ${time(closed.at)}` : "Ikke lukket for noen dag ennå";
    const lines = [`${complete} · Ingenting er endret · ${seenBy(point)}`];
    lines.push(`${bundle.events.length} hendelser; hele loggen har ${point.size} (${point.origin}).`);
    if (closed && closed.after) {
      lines.push(`${closed.after} av dem kom etterpå; de er med, og lukkes ved neste døgnskifte.`);
    }
    lines.push(...lost);
    if (!point.seen.size) {
      lines.push("Uten vitner kunne den som rår over både loggen og nøkkelen, ha skrevet alt på nytt.");
    }
    if (!pinned) {
      const mark = base64(await sha256(point.key));
      lines.push(`Nøklene står i filen selv. Sammenlign loggens nøkkel med den kommunen har publisert: ${mark}`);
    }
    return lines;
  }

  function seenBy(point) {
    const count = point.seen.size;
    if (!count) return "Ikke sett av noe uavhengig vitne";
    return `Sett av ${count} ${count === 1 ? "uavhengig vitne" : "uavhengige vitner"}`;
  }

  function words(event) {
    const refused = event.outcome === "permit" ? "" : " (avvist)";
    const who = [event.actor_name, event.role, event.unit].filter((part) => part).join(", ");
    return `${time(event.at)}${refused}  ${who}: ${event.words}`;
  }

  /** Norwegian time, by the rule of the European Union. */
  function time(us) {
    let seconds = us / 1000000n;
    if (us < 0n && us % 1000000n) seconds -= 1n;
    const at = Number(seconds) * 1000;
    const year = new Date(at).getUTCFullYear();
    const summer = at >= lastSunday(year, 2) && at < lastSunday(year, 9);
    const there = new Date(at + (summer ? 2 : 1) * 3600000);
    const two = (value) => String(value).padStart(2, "0");
    const day = `${two(there.getUTCDate())}.${two(there.getUTCMonth() + 1)}.${String(there.getUTCFullYear()).padStart(4, "0")}`;
    return `${day} kl. ${two(there.getUTCHours())}.${two(there.getUTCMinutes())}`;
  }

  function lastSunday(year, month) {
    const last = new Date(Date.UTC(year, month, 31, 1));
    return last.getTime() - last.getUTCDay() * 86400000;
  }

  /** By WebCrypto where the browser knows Ed25519, by the arithmetic of RFC 8032 otherwise. */
  async function ed25519(key, signature, message) {
    if (signature.length !== 64) return false;
    let known;
    try {
      known = await crypto.subtle.importKey("raw", key, { name: "Ed25519" }, false, ["verify"]);
    } catch {
      return slowEd25519(key, signature, message);
    }
    return crypto.subtle.verify({ name: "Ed25519" }, known, signature, message);
  }

  const P = 2n ** 255n - 19n;
  const L = 2n ** 252n + 27742317777372353535851937790883648493n;
  const mod = (value, by = P) => ((value % by) + by) % by;
  const power = (base, exponent) => {
    let [out, square] = [1n, mod(base)];
    for (let rest = exponent; rest > 0n; rest >>= 1n) {
      if (rest & 1n) out = (out * square) % P;
      square = (square * square) % P;
    }
    return out;
  };
  const D = mod(-121665n * power(121666n, P - 2n));
  const ROOT = power(2n, (P - 1n) / 4n);
  const littleEndian = (bytes) => BigInt("0x" + hex(Uint8Array.from(bytes).reverse()));

  function point(bytes) {
    const whole = littleEndian(bytes);
    const [y, sign] = [whole & (2n ** 255n - 1n), whole >> 255n];
    if (y >= P) return null;
    const [u, v] = [mod(y * y - 1n), mod(D * y * y + 1n)];
    let x = mod(u * v ** 3n * power(u * v ** 7n, (P - 5n) / 8n));
    if (mod(v * x * x) === mod(-u)) x = mod(x * ROOT);
    if (mod(v * x * x) !== u || (x === 0n && sign)) return null;
    if ((x & 1n) !== sign) x = P - x;
    return [x, y, 1n, mod(x * y)];
  }

  function add([x1, y1, z1, t1], [x2, y2, z2, t2]) {
    const [a, b] = [mod((y1 - x1) * (y2 - x2)), mod((y1 + x1) * (y2 + x2))];
    const [c, d] = [mod(2n * t1 * t2 * D), mod(2n * z1 * z2)];
    const [e, f, g, h] = [b - a, d - c, d + c, b + a];
    return [mod(e * f), mod(g * h), mod(f * g), mod(e * h)];
  }

  function times(scalar, of) {
    let [out, doubled] = [[0n, 1n, 1n, 0n], of];
    for (let rest = scalar; rest > 0n; rest >>= 1n) {
      if (rest & 1n) out = add(out, doubled);
      doubled = add(doubled, doubled);
    }
    return out;
  }

  async function slowEd25519(key, signature, message) {
    const [a, r, s] = [point(key), point(signature.subarray(0, 32)), littleEndian(signature.subarray(32))];
    if (!a || !r || s >= L) return false;
    const digest = await crypto.subtle.digest("SHA-512", joined(signature.subarray(0, 32), key, message));
    const h = mod(littleEndian(new Uint8Array(digest)), L);
    const base = point(Uint8Array.from({ length: 32 }, (_, at) => (at ? 0x66 : 0x58)));
    const [x1, y1, z1] = times(s, base);
    const [x2, y2, z2] = add(r, times(h, a));
    return mod(x1 * z2) === mod(x2 * z1) && mod(y1 * z2) === mod(y2 * z1);
  }

  return { check, slowEd25519 };
})();

if (typeof module !== "undefined") module.exports = AksonVerify;

if (typeof document !== "undefined") {
  const [proof, policy, result] = ["proof", "policy", "result"].map((id) => document.getElementById(id));
  const bytes = async (input) => new Uint8Array(await input.files[0].arrayBuffer());

  const shown = (lines, events, accepted) => {
    result.className = accepted ? "accepted" : "refused";
    const [first, ...rest] = lines;
    const title = document.createElement("h2");
    title.textContent = first;
    const said = rest.map((line) => Object.assign(document.createElement("p"), { textContent: line }));
    const list = document.createElement("ol");
    list.append(...events.map((line) => Object.assign(document.createElement("li"), { textContent: line })));
    result.replaceChildren(title, ...said, ...(events.length ? [list] : []));
  };

  const checked = async () => {
    if (!proof.files.length) return;
    result.className = "";
    result.textContent = "Kontrollerer …";
    const rules = policy.files.length ? new TextDecoder().decode(await bytes(policy)) : null;
    const verdict = await AksonVerify.check(await bytes(proof), rules);
    shown(verdict.lines, verdict.events, verdict.accepted);
  };

  proof.addEventListener("change", checked);
  policy.addEventListener("change", checked);
}
