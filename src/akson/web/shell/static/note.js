/* A note is kept as a draft while it is written, and Ctrl Enter signs it. Nothing is stored in the browser. */
(() => {
  "use strict";
  const form = document.querySelector("[data-note]");
  if (!form) return;
  const told = form.querySelector("[data-draft]");
  const QUIET_MS = 8000;
  let timer = 0;
  const keeps = form.hasAttribute("hx-post");
  const written = () => [...form.querySelectorAll("textarea")].some((box) => box.value.trim());

  function keep() {
    if (!keeps || !written()) return;
    form.dispatchEvent(new Event("keep-draft"));
    const now = new Date();
    told.textContent = `Kladd lagret ${String(now.getHours()).padStart(2, "0")}:${String(now.getMinutes()).padStart(2, "0")}`;
  }
  form.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(keep, QUIET_MS);
  });
  document.addEventListener("visibilitychange", () => {
    if (document.hidden && timer) { clearTimeout(timer); keep(); }
  });
  form.addEventListener("submit", () => clearTimeout(timer));
  form.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    form.requestSubmit(form.querySelector("[data-sign]"));
  });
  /* Where the caret belongs: at the end of what stands there already. */
  const first = form.querySelector("textarea");
  first.setSelectionRange(first.value.length, first.value.length);
})();
