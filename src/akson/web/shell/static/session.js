/* The browser's part of a session that is bound to it: a key that no script can read out, a proof with everything that
   changes something, a fresh cookie each quarter of a minute, and a cover over the page when nobody has touched it for a while.
   What stands on the page stays there under the cover. The rules are the server's; this file only asks. */
(() => {
  "use strict";
  const marks = document.body.dataset;
  const bound = () => "bound" in marks;
  const RENEW_AFTER_S = 15, LOOK_EACH_MS = 5000, ENDED = "AKS-SESSION-000", LATE = "AKS-SESSION-002";
  const PROOF = "akson-proof";
  const plainFetch = window.fetch.bind(window);

  /* Three numbers on this machine, for all tabs: how far the server's clock is ahead (a shared machine's own may be
     minutes off), when the cookie was renewed, when somebody touched a page. They stand here and not in the page, which
     must be the same to the byte for a patient that is hidden and one that does not exist. */
  const number = (name) => Number(localStorage.getItem(name)) || 0;
  const serverNow = () => Math.floor((Date.now() + number("akson-ahead")) / 1000);
  const isRenewed = () => localStorage.setItem("akson-renewed", Date.now());
  let touched = Date.now(), touchedSince = true, covered = false;

  /* -- the key -- */
  function store(mode, act) {
    return new Promise((done, fail) => {
      const open = indexedDB.open("akson", 1);
      open.onupgradeneeded = () => open.result.createObjectStore("keys");
      open.onerror = () => fail(open.error);
      open.onsuccess = () => {
        const request = act(open.result.transaction("keys", mode).objectStore("keys"));
        request.onsuccess = () => { done(request.result); open.result.close(); };
        request.onerror = () => fail(request.error);
      };
    });
  }

  async function key() {
    const kept = await store("readonly", (keys) => keys.get("session"));
    if (kept) return kept;
    const made = await crypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, false, ["sign", "verify"]);
    await store("readwrite", (keys) => keys.put(made, "session"));
    return made;
  }

  const letters = (bytes) => btoa(String.fromCharCode(...new Uint8Array(bytes)))
    .replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
  const part = (object) => letters(new TextEncoder().encode(JSON.stringify(object)));

  async function proof(method, path, { first = false } = {}) {
    const { privateKey, publicKey } = await key();
    const header = { typ: "akson-proof+jwt", alg: "ES256" };
    if (first) {
      const { kty, crv, x, y } = await crypto.subtle.exportKey("jwk", publicKey);
      header.jwk = { kty, crv, x, y };
    }
    const claims = { jti: crypto.randomUUID(), iat: serverNow(), htm: method, htu: path, sid: marks.session };
    const text = `${part(header)}.${part(claims)}`;
    const signature = await crypto.subtle.sign({ name: "ECDSA", hash: "SHA-256" }, privateKey, new TextEncoder().encode(text));
    return `${text}.${letters(signature)}`;
  }

  /* One question to the server with a proof; once more when only the clock was wrong. */
  async function ask(path, fields = {}, options = {}, again = true) {
    const answer = await plainFetch(path, {
      method: "POST",
      headers: { [PROOF]: await proof("POST", path, options), "content-type": "application/x-www-form-urlencoded" },
      body: new URLSearchParams(fields).toString(),
    });
    const told = answer.status === 204 ? {} : await answer.json().catch(() => ({}));
    if (told.now) localStorage.setItem("akson-ahead", told.now * 1000 - Date.now());
    if (told.id === LATE && again) return ask(path, fields, options, false);
    return { ok: answer.ok, ...told };
  }

  const say = (text) => document.querySelectorAll("[data-said]").forEach((place) => { place.textContent = text; });
  const toLogin = () => location.assign("/logg-inn");
  const onwards = () => { if (marks.goal) location.replace(marks.goal); else location.reload(); };

  /* -- renewal: one at a time, also when several ask -- */
  let renewing = null;
  function renew() {
    renewing ??= (async () => {
      const told = await ask("/okt/forny", touchedSince ? { aktiv: "1" } : {});
      if (told.ok) { isRenewed(); touchedSince = false; }
      return told;
    })().finally(() => { renewing = null; });
    return renewing;
  }

  async function fresh() {
    const age = Date.now() - number("akson-renewed");
    if (age >= 0 && age < RENEW_AFTER_S * 1000) return { ok: true };
    return renew();
  }

  /* -- the cover -- */
  const channel = "BroadcastChannel" in window ? new BroadcastChannel("akson-session") : { postMessage() {} };
  const cover = document.querySelector("#cover");
  let before = null;

  function hide() {
    if (covered || !cover) return;
    covered = true;
    before = document.activeElement;
    say("");
    cover.showModal();
    document.body.classList.add("covered");
    cover.querySelector("#lock-pin")?.focus();
  }

  function show() {
    if (!covered) return;
    covered = false;
    touched = Date.now();
    document.body.classList.remove("covered");
    cover.close();
    before?.focus();
  }

  function lock() {
    if (covered) return;
    hide();
    channel.postMessage({ what: "lock", session: marks.session });
    ask("/las").catch(() => {}); // Offline: the server locks by itself when the time is up.
  }

  async function resume(form) {
    const field = form.querySelector("input"), pin = field.value;
    field.value = "";
    say("");
    const told = await ask("/las/apne", { pin }).catch(() => ({ said: "Fikk ikke svar fra serveren. Prøv igjen." }));
    if (told.ok) {
      isRenewed();
      channel.postMessage({ what: "open", session: marks.session });
      if (covered) show(); else onwards();
      return;
    }
    if (told.id === ENDED) { toLogin(); return; }
    say(told.said ?? "Det gikk ikke. Logg inn på nytt.");
    if (told.ended) form.querySelector("button").disabled = true;
    field.focus();
  }

  /* -- what others ask: htmx and plain forms carry a proof -- */
  window.fetch = async (target, options = {}) => {
    const url = new URL(typeof target === "string" ? target : target.url ?? target, location.href);
    if (!bound() || url.origin !== location.origin) return plainFetch(target, options);
    await fresh().catch(() => ({}));
    const headers = new Headers(options.headers);
    headers.set(PROOF, await proof((options.method ?? "GET").toUpperCase(), url.pathname));
    const answer = await plainFetch(target, { ...options, headers });
    if (answer.headers.get("akson-standing")) hide();
    return answer;
  };

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.matches("[data-resume]")) { event.preventDefault(); resume(form); return; }
    if (form.matches("[data-lock]")) { event.preventDefault(); lock(); return; }
    const url = new URL(form.action, location.href);
    if (!bound() || event.defaultPrevented || form.method !== "post" || url.origin !== location.origin) return;
    if (url.pathname === "/logg-ut") return; // May be left without a proof: also by one who cannot make any.
    event.preventDefault();
    send(form, event.submitter, url.pathname);
  });

  async function send(form, submitter, path) {
    const told = await fresh().catch(() => ({ ok: true }));
    if (!told.ok) { if (told.id === ENDED) toLogin(); else hide(); return; }
    const made = await proof("POST", path);
    let field = form.querySelector('input[name="proof"]');
    if (!field) {
      field = document.createElement("input");
      field.type = "hidden";
      field.name = "proof";
      form.append(field);
    }
    field.value = made;
    if (submitter?.name) {
      const chosen = document.createElement("input");
      Object.assign(chosen, { type: "hidden", name: submitter.name, value: submitter.value });
      form.append(chosen);
      form.submit();
      chosen.remove();
    } else form.submit();
  }

  /* -- idle -- */
  function touch() {
    const now = Date.now();
    if (now - touched > 1000) localStorage.setItem("akson-touched", now); // Work in one tab keeps the others open.
    touched = now;
    touchedSince = true;
  }

  const idle = () => Date.now() - Math.max(touched, number("akson-touched"));

  function look() {
    if (!bound() || covered || marks.standing !== "open") return;
    if (idle() > marks.lockAfter * 1000) { lock(); return; }
    fresh().then((told) => {
      if (told.ok) return;
      if (told.id === ENDED) toLogin(); else hide();
    }).catch(() => {}); // Offline for a moment: tried again at the next look.
  }

  async function bind() {
    try {
      const told = await ask("/okt/bind", {}, { first: true });
      if (told.ok) isRenewed();
      if (told.ok && told.wantsPin && marks.goal) {
        location.replace(`/pin?til=${encodeURIComponent(marks.goal)}`);
      } else if (told.ok || marks.standing === "open") onwards();
      else say("Nettleseren kunne ikke vise at den er din. Logg inn på nytt.");
    } catch {
      if (marks.standing === "open" && marks.goal) onwards();
      else say("Nettleseren kan ikke lage en nøkkel her. Bruk et vanlig vindu, ikke et privat.");
    }
  }

  async function wake() {
    const told = await renew().catch(() => ({}));
    if (told.ok) onwards();
    else if (told.id === ENDED) toLogin();
    else say("Denne nettleseren er ikke den som logget inn. Logg inn på nytt.");
  }

  for (const kind of ["pointerdown", "pointermove", "keydown", "wheel", "touchstart"]) {
    document.addEventListener(kind, touch, { capture: true, passive: true });
  }
  channel.onmessage = ({ data }) => {
    if (data.session !== marks.session) return;
    if (data.what === "lock") hide();
    else if (covered) show(); else if (marks.standing === "locked") onwards();
  };
  cover?.addEventListener("cancel", (event) => event.preventDefault());
  document.addEventListener("visibilitychange", look);
  window.addEventListener("pageshow", (event) => { if (event.persisted) look(); });
  setInterval(look, LOOK_EACH_MS);

  if ("bind" in marks) bind();
  else if (marks.standing === "stale") wake();
})();
