/* Keeps an open shared plan as everybody else sees it: asks every other second, and shows what is new when nobody is typing.
   Without it the page is as it was when it came. Nothing of the plan is stored here. */
(() => {
  "use strict";
  const EACH_MS = 2000;
  const place = () => document.querySelector("[data-shared]");
  const notice = document.querySelector("[data-shared-changed]");
  let waitingText = "";

  const busy = () => place().querySelector("details[open] form, form[data-dirty]") !== null
    || place().contains(document.activeElement);

  function show(text) {
    const made = new DOMParser().parseFromString(text, "text/html").querySelector("[data-shared]");
    if (!made) { location.reload(); return; }
    place().replaceWith(made);
    waitingText = "";
    if (notice) notice.hidden = true;
  }

  async function look() {
    const here = place();
    if (!here || document.visibilityState !== "visible") return;
    const joint = here.dataset.shared.includes("?") ? "&" : "?";
    const asked = `${here.dataset.shared}${joint}sett=${encodeURIComponent(here.dataset.version)}&tause=${here.dataset.silent}`;
    let answer;
    try { answer = await fetch(asked, { headers: { "akson-look": "1" } }); } catch { return; }
    if (answer.status === 204) return;
    /* Out of the plan, or of the session: the page goes, and what it may show now is the server's to say. */
    if (!answer.ok) { location.reload(); return; }
    const text = await answer.text();
    if (!busy()) { show(text); return; }
    waitingText = text;
    if (notice) notice.hidden = false;
  }

  notice?.querySelector("button").addEventListener("click", () => { if (waitingText) show(waitingText); place().focus(); });
  document.addEventListener("input", (event) => event.target.form?.toggleAttribute("data-dirty", true));

  async function forever() {
    for (;;) {
      await new Promise((done) => setTimeout(done, EACH_MS));
      await look();
    }
  }
  if (place()) forever();
})();
