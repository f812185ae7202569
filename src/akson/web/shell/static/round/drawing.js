/* Small pieces of the page. Text is always text: nothing of the package is ever read as markup. */
const SVG = "http://www.w3.org/2000/svg";
const ICONS = {
  check: "M6.2 12.6 1.8 8.2l1.1-1.1 3.3 3.3 6.9-7 1.1 1.1-8 8.1Z",
  clock: "M8 1a7 7 0 1 1 0 14A7 7 0 0 1 8 1Zm0 1.6a5.4 5.4 0 1 0 0 10.8A5.4 5.4 0 0 0 8 2.6Zm.8 1.6v3.5l2.5 1.5-.8 1.3-3.3-2V4.2h1.6Z",
  alert: "M8 1.2 15.4 14.3H.6L8 1.2Zm-.8 4.9v4.2h1.6V6.1H7.2Zm0 5.4v1.5h1.6v-1.5H7.2Z",
  stop: "M5 1h6l4 4v6l-4 4H5l-4-4V5l4-4Zm.7 1.6L2.6 5.7v4.6l3.1 3.1h4.6l3.1-3.1V5.7l-3.1-3.1H5.7Zm-.3 3.9 1.1-1.1L8 6.9l1.5-1.5 1.1 1.1L9.1 8l1.5 1.5-1.1 1.1L8 9.1l-1.5 1.5-1.1-1.1L6.9 8 5.4 6.5Z",
};

export function el(name, given = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(given)) {
    if (key.startsWith("on")) made.addEventListener(key.slice(2), value);
    else if (value === true) made.setAttribute(key, "");
    else if (value !== false && value !== undefined && value !== null) made.setAttribute(key, value);
  }
  made.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return made;
}

export function icon(name) {
  const svg = document.createElementNS(SVG, "svg"), path = document.createElementNS(SVG, "path");
  svg.setAttribute("class", "icon");
  svg.setAttribute("viewBox", "0 0 16 16");
  svg.setAttribute("aria-hidden", "true");
  path.setAttribute("d", ICONS[name]);
  svg.append(path);
  return svg;
}

export const button = (text, onclick, kind = "primary", more = {}) =>
  el("button", { class: "ds-button", "data-variant": kind, "data-color": "accent", type: "button", onclick, ...more }, text);

export const field = (label, input, help = "") => el("label", { class: "round-field" }, el("span", {}, label), help && el("span", { class: "muted sm" }, help), input);

export const clock = (at) => new Date(at).toLocaleTimeString("nb-NO", { hour: "2-digit", minute: "2-digit" });
export const day = (at) => new Date(at).toLocaleDateString("nb-NO", { weekday: "long", day: "2-digit", month: "2-digit" });
/* With its day where that is not the day of `beside`: 00:15 after a visit at 23:30 is tomorrow's. */
export const clockBeside = (at, beside) => (new Date(at).toDateString() === new Date(beside).toDateString() ? clock(at) : `${day(at)} ${clock(at)}`);
/* Of the instants with this time of day, the one nearest `start` that is to come and before `ends`; null when there is none. */
export function nearest(time, start, from, ends) {
  const [hours, minutes] = time.split(":").map(Number);
  const days = [-1, 0, 1].map((more) => { const at = new Date(start); at.setDate(at.getDate() + more); at.setHours(hours, minutes, 0, 0); return at; });
  const away = (at) => Math.abs(at - new Date(start));
  return days.filter((at) => at > from && at <= new Date(ends)).sort((one, other) => away(one) - away(other))[0] ?? null;
}
export const many = (count, one, several) => `${count} ${count === 1 ? one : several}`;

/* A sheet over the page with a form in it; Escape and «Avbryt» leave everything as it was.
   Without `autocomplete` off a browser writes what is typed into its own files, to restore the tab. */
export function sheet(title, body, act, word) {
  const said = el("p", { class: "round-wrong", role: "alert" });
  const dialog = el("dialog", { class: "round-sheet", "aria-labelledby": "sheet-title" },
    el("form", { method: "dialog", autocomplete: "off", onsubmit: async (event) => {
      event.preventDefault();
      const wrong = await act();
      if (wrong) said.textContent = wrong; else dialog.close();
    } }, el("h2", { id: "sheet-title" }, title), body, said,
      el("div", { class: "round-pair" }, el("button", { class: "ds-button", "data-color": "accent", type: "submit" }, word), button("Avbryt", () => dialog.close(), "secondary"))));
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
}
