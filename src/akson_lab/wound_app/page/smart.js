// SMART App Launch 2.2, public client: authorisation code with PKCE (S256), launched from a record or by itself.
// Spec: https://hl7.org/fhir/smart-app-launch/app-launch.html. Nothing is kept longer than the tab.

const SCOPES = ["openid", "fhirUser", "patient/Patient.rs", "patient/Condition.rs", "patient/CarePlan.rs",
  "patient/Observation.crs", "patient/Media.crs"];
const UNDER_WAY = "sarmappen.";

const base64url = (bytes) =>
  btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
const chance = () => base64url(crypto.getRandomValues(new Uint8Array(32)));
const back = () => `${location.origin}/`;

export class Refused extends Error {}

/** Sends the browser to the system's own page of approval. `launch` is what the record gave, when it opened the app. */
export async function begin(iss, clientId, launch = "") {
  const found = await json(`${iss}/.well-known/smart-configuration`);
  if (!found.code_challenge_methods_supported?.includes("S256")) throw new Refused("Systemet støtter ikke sikker innlogging (PKCE).");
  const verifier = chance();
  const state = chance();
  sessionStorage.setItem(UNDER_WAY + state, JSON.stringify({ iss, verifier, token: found.token_endpoint }));
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(verifier)));
  const asked = new URLSearchParams({
    response_type: "code", client_id: clientId, redirect_uri: back(), state, aud: iss,
    scope: [launch ? "launch" : "launch/patient", ...SCOPES].join(" "),
    code_challenge: base64url(digest), code_challenge_method: "S256", ...(launch ? { launch } : {}),
  });
  location.assign(`${found.authorization_endpoint}?${asked}`);
}

/** The way back: the code becomes a token. Gives {iss, token, patient, scope}. */
export async function end(given, clientId) {
  const key = UNDER_WAY + given.get("state");
  const kept = JSON.parse(sessionStorage.getItem(key) ?? "null");
  sessionStorage.removeItem(key);
  history.replaceState(null, "", "/");
  if (given.get("error")) throw new Refused(given.get("error") === "access_denied" ? "Du ga ikke tilgang." : "Systemet ga ikke tilgang.");
  if (!kept) throw new Refused("Innloggingen ble ikke startet her. Begynn på nytt.");
  const answer = await fetch(kept.token, {
    method: "POST",
    body: new URLSearchParams({
      grant_type: "authorization_code", code: given.get("code"), redirect_uri: back(), client_id: clientId, code_verifier: kept.verifier,
    }),
  });
  const told = await answer.json();
  if (!answer.ok || !told.patient) throw new Refused("Systemet ga ikke tilgang til en pasient.");
  return { iss: kept.iss, token: told.access_token, patient: told.patient, scope: told.scope };
}

export async function json(address, options = {}) {
  const answer = await fetch(address, options);
  const told = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Refused(told.issue?.[0]?.details?.text ?? told.issue?.[0]?.diagnostics ?? `Systemet svarte ${answer.status}.`);
  return told;
}
