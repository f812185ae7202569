// What the page shows. It asks the system what it can do (CapabilityStatement) and never which product it is.

import { begin, end, json, Refused } from "/smart.js";

const LENGTH = { system: "http://loinc.org", code: "39126-8", display: "Length of Wound" };
const WIDTH = { system: "http://loinc.org", code: "39125-0", display: "Width of Wound" };
const PHOTO_SIDE_MAX = 1280;
const main = document.querySelector("#main");

let config;

function choose() {
  const choices = element("div", { class: "choices" }, config.servers.map((server) => {
    const button = element("button", { type: "button" }, [server.name]);
    button.addEventListener("click", () => begin(server.iss, config.clientId).catch(fail));
    return button;
  }));
  main.replaceChildren(element("section", {}, [element("h1", {}, ["Hvor er pasienten?"]), choices]));
}

async function show(at) {
  const able = new Able(await json(`${at.iss}/metadata`), at.scope);
  document.querySelector("#system").textContent = able.name;
  const patient = await read(at, `Patient/${at.patient}`);
  const [conditions, plans, measures, photos] = await Promise.all([
    found(at, able, "Condition", ""), found(at, able, "CarePlan", "&status=active"),
    found(at, able, "Observation", `&code=${LENGTH.code},${WIDTH.code}&_sort=-date`), found(at, able, "Media", ""),
  ]);
  const name = patient.name?.[0] ?? {};
  main.replaceChildren(
    element("h1", {}, [[...(name.given ?? []), name.family].filter(Boolean).join(" ") || "Uten navn"]),
    element("div", { class: "two" }, [
      part("Tilstander", conditions, (one) => spoken(one.code), able.has("Condition", "search-type")),
      part("Tiltak", plans.flatMap((plan) => plan.activity ?? []), (one) => one.detail?.description ?? spoken(one.detail?.code), able.has("CarePlan", "search-type")),
    ]),
    element("section", { id: "measures" }, [element("h2", {}, ["Sårets mål"]), table(measures)]),
    ...(photos.length ? [pictures(photos)] : []),
    able.writes ? writing(at) : readOnly(able),
  );
}

class Able {
  constructor(statement, scope) {
    const rest = statement.rest?.[0] ?? {};
    this.name = statement.implementation?.description ?? statement.software?.name ?? "";
    this.missing = rest.documentation ?? "";
    this.resources = new Map((rest.resource ?? []).map((one) => [one.type, new Set((one.interaction ?? []).map((i) => i.code))]));
    const allowed = (type) => scope.split(" ").some((s) => s.startsWith(`patient/${type}.`) && s.split(".")[1].split("?")[0].includes("c"));
    this.declared = this.has("Observation", "create") && this.has("Media", "create");
    this.writes = this.declared && allowed("Observation") && allowed("Media");
  }

  has(type, interaction) {
    return this.resources.get(type)?.has(interaction) ?? false;
  }
}

function readOnly(able) {
  const why = able.declared
    ? "Du ga ikke appen lov til å lagre."
    : "Dette systemet kan bare leses herfra. Nye mål og bilder føres i fagsystemet.";
  return element("section", { class: "notice", id: "read-only" }, [element("p", {}, [why]), ...(able.missing ? [element("p", { class: "quiet" }, [able.missing])] : [])]);
}

function writing(at) {
  const form = element("form", {}, [
    element("label", {}, ["Lengde (cm)", element("input", { name: "length", inputmode: "decimal", required: "", pattern: "[0-9]{1,3}([.,][0-9]{1,2})?" })]),
    element("label", {}, ["Bredde (cm)", element("input", { name: "width", inputmode: "decimal", required: "", pattern: "[0-9]{1,3}([.,][0-9]{1,2})?" })]),
    element("label", {}, ["Bilde", element("input", { name: "photo", type: "file", accept: "image/*", capture: "environment" })]),
    element("button", {}, ["Lagre"]),
  ]);
  const said = element("p", { role: "status" }, []);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const button = form.querySelector("button");
    button.disabled = true;
    try {
      await save(at, form);
      await show(at);
      main.append(element("p", { class: "done", role: "status" }, ["Lagret."]));
    } catch (problem) {
      said.textContent = problem.message;
      button.disabled = false;
    }
  });
  return element("section", {}, [element("h2", {}, ["Nytt mål"]), form, said]);
}

// All of it or nothing: a picture without its measures would be a picture of an unknown day.
async function save(at, form) {
  const now = new Date().toISOString();
  const subject = { reference: `Patient/${at.patient}` };
  const measure = (coding, text) => ({
    resourceType: "Observation", status: "final", subject, effectiveDateTime: now, code: { coding: [coding] },
    valueQuantity: { value: Number(text.replace(",", ".")), unit: "cm", system: "http://unitsofmeasure.org", code: "cm" },
  });
  const resources = [measure(LENGTH, form.elements.namedItem("length").value), measure(WIDTH, form.elements.namedItem("width").value)];
  const file = form.elements.namedItem("photo").files[0];
  if (file) {
    resources.push({
      resourceType: "Media", status: "completed", subject, createdDateTime: now,
      content: { contentType: "image/jpeg", data: await smaller(file), title: "Bilde av sår" },
    });
  }
  const entry = resources.map((resource) => ({ resource, request: { method: "POST", url: resource.resourceType } }));
  await json(at.iss, {
    method: "POST",
    headers: { authorization: `Bearer ${at.token}`, "content-type": "application/fhir+json" },
    body: JSON.stringify({ resourceType: "Bundle", type: "transaction", entry }),
  });
}

async function smaller(file) {
  const whole = await createImageBitmap(file);
  const by = Math.min(1, PHOTO_SIDE_MAX / Math.max(whole.width, whole.height));
  const canvas = element("canvas", { width: Math.round(whole.width * by), height: Math.round(whole.height * by) }, []);
  canvas.getContext("2d").drawImage(whole, 0, 0, canvas.width, canvas.height);
  return canvas.toDataURL("image/jpeg", 0.8).split(",")[1];
}

const read = (at, path) => json(`${at.iss}/${path}`, { headers: { authorization: `Bearer ${at.token}` } });

/** All that the system has of it: empty where it does not have the type at all. */
async function found(at, able, type, more) {
  if (!able.has(type, "search-type")) return [];
  const bundle = await read(at, `${type}?patient=${at.patient}&_count=50${more}`);
  return (bundle.entry ?? []).filter((one) => one.search?.mode !== "outcome").map((one) => one.resource);
}

function part(title, all, words, offered) {
  const lines = all.map((one) => element("li", {}, [words(one) || "Uten tekst"]));
  const none = element("p", { class: "quiet" }, [offered ? "Ingenting registrert." : "Systemet har ikke dette."]);
  return element("section", {}, [element("h2", {}, [title]), lines.length ? element("ul", {}, lines) : none]);
}

function table(measures) {
  if (!measures.length) return element("p", { class: "quiet" }, ["Ingen mål registrert."]);
  const of = (one) => (one.code.coding ?? []).some((c) => c.code === LENGTH.code) ? "Lengde" : "Bredde";
  const value = (one) => one.valueQuantity ? `${String(one.valueQuantity.value).replace(".", ",")} ${one.valueQuantity.unit ?? ""}` : one.valueString ?? "";
  const rows = measures.map((one) => element("tr", {}, [element("td", {}, [day(one.effectiveDateTime)]), element("td", {}, [of(one)]), element("td", {}, [value(one)])]));
  const head = element("tr", {}, ["Dato", "Mål", "Verdi"].map((word) => element("th", { scope: "col" }, [word])));
  return element("table", {}, [element("thead", {}, [head]), element("tbody", {}, rows)]);
}

function pictures(photos) {
  const shown = photos.filter((one) => one.content?.data && /^image\/(jpeg|png|webp)$/.test(one.content.contentType ?? ""));
  const figures = shown.map((one) => element("figure", {}, [
    element("img", { src: `data:${one.content.contentType};base64,${one.content.data}`, alt: "Bilde av sår" }, []),
    element("figcaption", {}, [day(one.createdDateTime)]),
  ]));
  return element("section", { id: "photos" }, [element("h2", {}, ["Bilder"]), element("div", { class: "photos" }, figures)]);
}

const spoken = (concept) => concept?.text ?? concept?.coding?.[0]?.display ?? concept?.coding?.[0]?.code ?? "";
const day = (at) => at ? new Date(at).toLocaleDateString("nb-NO", { day: "2-digit", month: "2-digit", year: "numeric" }) : "Uten dato";

function fail(problem) {
  // A fault of the app's own is for whoever mends it; it holds nothing of a patient's.
  if (!(problem instanceof Refused)) console.error(problem.name);
  const words = problem instanceof Refused ? problem.message : "Fikk ikke kontakt med systemet.";
  const again = element("button", { type: "button" }, ["Prøv igjen"]);
  again.addEventListener("click", () => location.assign("/"));
  main.replaceChildren(element("section", { class: "notice" }, [element("p", {}, [words]), element("div", { class: "choices" }, [again])]));
}

function element(name, attributes, inside) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...(inside ?? []));
  return made;
}

async function start() {
  config = await json("/config.json");
  const given = new URLSearchParams(location.search);
  if (given.has("code") || given.has("error")) await show(await end(given, config.clientId));
  else if (given.has("iss")) await begin(given.get("iss").replace(/\/$/, ""), config.clientId, given.get("launch") ?? "");
  else choose();
}

start().catch(fail);
