/* Typing measurements: a full box jumps to the next, the score is told as it is typed. The server counts again; without
   this file the form works with Tab. Nothing is stored here. */
(() => {
  "use strict";
  const form = document.querySelector("[data-measure-form]");
  if (!form) return;
  const boxes = [...form.querySelectorAll("[data-measure]")];
  const named = (name) => form.elements[name];
  const total = form.querySelector("[data-total]");
  const advice = [...form.querySelectorAll("[data-advice] [data-risk]")];
  const NOT_ALERT = 3;
  const ON_OXYGEN = 2;

  const number = (box) => {
    let text = box.value.trim().replace(",", ".");
    if (box.name === "o2" && text.toUpperCase() === "L") return 0;
    if ("tenths" in box.dataset && /^\d{3}$/.test(text)) text = `${text.slice(0, 2)}.${text.slice(2)}`;
    return /^\d+(\.\d+)?$/.test(text) ? Number(text) : null;
  };

  function full(box) {
    const text = box.value.trim();
    if (box.dataset.letters) return box.dataset.letters.includes(text.toUpperCase()) && text.length === 1;
    if (box.name === "o2" && text.toUpperCase() === "L") return true;
    const figures = text.replace(/\D/g, "");
    const most = Number(box.dataset.digits);
    if ("tenths" in box.dataset) return /^\d{2}[.,]?\d$/.test(text);
    return figures.length >= most || (figures.length === most - 1 && !box.dataset.long.includes(figures[0]));
  }

  /* The row of the published chart, as the server wrote it: `8:3 11:1 20:0 24:2 :3`. */
  function pointsOf(box) {
    if (box.dataset.letters) {
      const letter = box.value.trim().toUpperCase();
      return letter && box.dataset.letters.includes(letter) ? (letter === "A" ? 0 : NOT_ALERT) : null;
    }
    const value = number(box);
    if (value === null || value < Number(box.dataset.low) || value > Number(box.dataset.high)) return null;
    if (box.name === "o2") return value > 0 ? ON_OXYGEN : 0;
    if (!box.dataset.bands) return null;
    const oxygen = number(named("o2"));
    const charts = box.dataset.bands.split("|");
    const chart = charts[charts.length > 1 && oxygen > 0 ? 1 : 0];
    const rounded = box.name === "temp" ? Math.round(value * 10) / 10 : Math.round(value);
    const band = chart.split(" ").map((b) => b.split(":")).find(([upper]) => upper === "" || rounded <= Number(upper));
    return Number(band[1]);
  }

  function said(box) {
    const place = box.closest(".measure-row").querySelector("[data-said]");
    const value = number(box);
    let text = "";
    let grave = false;
    if (box.dataset.low && box.value.trim() && full(box)) {
      const label = box.closest(".measure-row").querySelector("label").textContent;
      const shown = box.value.trim();
      if (value === null || value < Number(box.dataset.low) || value > Number(box.dataset.high)) {
        text = `${label} ${shown} er utenfor ${box.dataset.low}–${box.dataset.high}. Sjekk verdien.`.replaceAll(".5", ",5");
        grave = true;
      } else if (value < Number(box.dataset.limitLow ?? -1) || value > Number(box.dataset.limitHigh ?? Infinity)) {
        text = "Utenfor pasientens grense. Det blir en oppgave i innboksen.";
      } else if (value < Number(box.dataset.usualLow) || value > Number(box.dataset.usualHigh)) {
        text = `${label} ${shown} er uvanlig. Stemmer det?`;
      }
    }
    place.textContent = text;
    place.classList.toggle("grave", grave);
    box.toggleAttribute("aria-invalid", grave);
  }

  function count() {
    const scored = boxes.filter((b) => b.dataset.bands || b.name === "o2" || b.dataset.letters);
    let sum = 0;
    let three = false;
    let known = 0;
    for (const box of scored) {
      const points = pointsOf(box);
      const mark = box.closest(".measure-row").querySelector(".measure-points");
      mark.textContent = points === null ? "" : `${points} p`;
      mark.className = `measure-points${points === null ? "" : ` p${points}`}`;
      if (points === null) continue;
      known += 1;
      sum += points;
      three = three || points === 3;
    }
    if (!known) return;
    const whole = known === scored.length;
    const risk = sum >= 7 ? "high" : sum >= 5 ? "medium" : three ? "single" : sum ? "low" : "none";
    const row = advice.find((a) => a.dataset.risk === risk);
    total.textContent = `NEWS2 ${whole ? sum : `minst ${sum}`} – ${row.dataset.words}. ${whole || sum >= 5 || three ? row.textContent : ""}`;
    total.dataset.level = { none: 0, low: 0, single: 2, medium: 2, high: 3 }[risk];
  }

  form.addEventListener("input", (event) => {
    const box = event.target;
    if (!box.matches("[data-measure]")) return;
    form.querySelector("input[name=bekreft]")?.remove();
    if (box.dataset.letters) box.value = box.value.toUpperCase();
    said(box);
    count();
    onward(box);
  });
  function onward(box) {
    if (!full(box) || box.getAttribute("aria-invalid") !== null) return;
    const visible = boxes.filter((b) => b.checkVisibility());
    const next = visible[visible.indexOf(box) + 1];
    if (next) { next.focus(); next.select(); }
  }
  boxes.forEach((box) => box.addEventListener("change", () => { said(box); count(); }));
  count();
  /* Who was quicker than this file has typed in the first box already. */
  const first = document.activeElement;
  if (boxes.includes(first) && first.value !== first.defaultValue) { said(first); onward(first); }
})();
