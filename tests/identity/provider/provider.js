/* One provider process: told on standard input what to be, says on standard output where it listens.

   {"profile": "helseid" | "idporten", "host": "127.0.0.1", "client": {client_id, jwks, redirect_uris, …}, "people": {id: claims},
    "resource": "akson:storvik", "scopes": "akson:storvik/login", "nonce": true}

   A person's claims are what its ID token says; "level" chooses the level of the login. Never used by the product. */

import { createServer } from "node:http";
import { generateKeyPairSync, randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { Provider, errors } from "oidc-provider";

const told = JSON.parse(readFileSync(0, "utf8").split("\n")[0]);
const staff = told.profile === "helseid";
const PID = "helseid://claims/identity/pid";
const LEVEL = "helseid://claims/identity/security_level";
const HPR = "helseid://claims/hpr/hpr_number";
const ORGANISATION = "helseid://claims/client/claims/";

const signing = generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey.export({ format: "jwk" });
const http = createServer();
/* A loopback address of its own makes it another site for a browser, as a real issuer is. */
const host = told.host ?? "127.0.0.1";
await new Promise((done) => http.listen(0, host, done));
const issuer = `http://${host}:${http.address().port}`;
/* A citizen may also be told as her number alone. */
const claimsOf = (id) => told.people[id] ?? (/^[0-9]{11}$/.test(id) ? { pid: id, acr: "idporten-loa-high" } : undefined);

/* HelseID: `NO:ORGNR:parent:child`, or the child's number alone for a single-tenant client. */
function organisationNumbers(details) {
  const found = (details ?? []).find((d) => d.type === "helseid_authorization");
  const identifier = found?.practitioner_role?.organization?.identifier;
  if (!identifier) return {};
  const numbers = identifier.value.replace("NO:ORGNR:", "").split(":");
  const single = identifier.system !== "urn:oid:1.0.6523";
  return {
    [`${ORGANISATION}orgnr_parent`]: told.parent ?? numbers[0],
    [`${ORGANISATION}orgnr_child`]: single ? numbers[0] : numbers[1],
  };
}

const asked = (params) => JSON.parse(params.authorization_details ?? "[]");

const provider = new Provider(issuer, {
  clients: [{
    token_endpoint_auth_method: "private_key_jwt",
    token_endpoint_auth_signing_alg: "ES256",
    response_types: ["code"],
    grant_types: ["authorization_code"],
    id_token_signed_response_alg: "RS256",
    dpop_bound_access_tokens: staff,
    ...(staff && { authorization_details_types: ["helseid_authorization"] }),
    backchannel_logout_session_required: true,
    ...told.client,
  }],
  clientAuthMethods: ["private_key_jwt"],
  enabledJWA: {
    clientAuthSigningAlgValues: ["ES256", "PS256"],
    idTokenSigningAlgValues: ["RS256"],
    dPoPSigningAlgValues: ["ES256", "PS256"],
  },
  assertJwtClientAuthClaimsAndHeader: async (ctx, claims, header) => {
    if (!(claims.exp - claims.iat <= 60)) throw new errors.InvalidClientAuth("the assertion lives longer than 60 s");
    if (claims.aud !== issuer) throw new errors.InvalidClientAuth("the audience is not the issuer alone");
    if (header.typ !== "client-authentication+jwt") throw new errors.InvalidClientAuth("the assertion has another typ");
  },
  jwks: { keys: [{ ...signing, kid: randomBytes(8).toString("hex"), use: "sig", alg: "RS256" }] },
  cookies: { keys: [randomBytes(32).toString("hex")] },
  pkce: { required: () => true },
  conformIdTokenClaims: false,
  acrValues: staff ? ["Level4", "Level3"] : ["idporten-loa-substantial", "idporten-loa-high"],
  scopes: ["openid"],
  claims: {
    openid: ["sub", "sid", "acr", "auth_time", ...(staff ? [] : ["pid"])],
    profile: ["name"],
    ...(staff && {
      "helseid://scopes/identity/pid": [PID],
      "helseid://scopes/identity/security_level": [LEVEL],
      "helseid://scopes/hpr/hpr_number": [HPR],
    }),
  },
  features: {
    devInteractions: { enabled: false },
    pushedAuthorizationRequests: { enabled: true, requirePushedAuthorizationRequests: true },
    rpInitiatedLogout: { enabled: true },
    backchannelLogout: { enabled: true },
    dPoP: { enabled: staff, nonceSecret: randomBytes(32), requireNonce: () => told.nonce !== false },
    ...(staff && {
      resourceIndicators: {
        enabled: true,
        getResourceServerInfo: (ctx, resource) => {
          if (resource !== told.resource) throw new errors.InvalidTarget();
          return { scope: told.scopes, audience: resource, accessTokenFormat: "jwt", jwt: { sign: { alg: "RS256" } } };
        },
        useGrantedResource: () => true,
      },
      richAuthorizationRequests: {
        enabled: true,
        types: { helseid_authorization: { validate: () => undefined } },
        authorizationDetailsForGrantSource: (ctx) => asked(ctx.oidc.params),
        authorizationDetailsForAccessToken: (ctx, token, source) => source.rar,
        authorizationDetailsForIntrospection: () => undefined,
      },
    }),
  },
  extraTokenClaims: (ctx, token) => ({
    [PID]: claimsOf(token.accountId)?.[PID],
    ...organisationNumbers(token.rar),
  }),
  findAccount: (ctx, id) => ({ accountId: id, claims: () => ({ sub: id, ...claimsOf(id) }) }),
  interactions: { url: (ctx, interaction) => `/interaction/${interaction.uid}` },
  loadExistingGrant: async (ctx) => {
    const grant = new ctx.oidc.provider.Grant({
      clientId: ctx.oidc.client.clientId,
      accountId: ctx.oidc.session.accountId,
    });
    grant.addOIDCScope(ctx.oidc.params.scope);
    for (const resource of [ctx.oidc.params.resource ?? []].flat()) grant.addResourceScope(resource, told.scopes);
    for (const detail of asked(ctx.oidc.params)) grant.addRar(detail);
    await grant.save();
    return grant;
  },
  ttl: { Interaction: 600, Session: 3600, Grant: 3600, AccessToken: 60, IdToken: told.idTokenSeconds ?? 300 },
});

const page = (body) => `<!doctype html><html lang="nb"><title>Testinnlogging</title><h1>Testinnlogging</h1>${body}</html>`;

async function choosing(request, response) {
  const { prompt } = await provider.interactionDetails(request, response);
  if (prompt.name !== "login") throw new Error(`nothing is asked but the login: ${prompt.name} ${prompt.reasons}`);
  if (request.method === "GET") {
    const buttons = Object.keys(told.people).map((id) => `<button name="person" value="${id}">${id}</button>`);
    response.setHeader("content-type", "text/html; charset=utf-8");
    response.end(page(`<form method="post">${buttons.join(" ")}<button name="person" value="">Avbryt</button></form>`
      + `<form method="post"><input name="person"><button>Fortsett</button></form>`));
    return;
  }
  let body = "";
  for await (const chunk of request) body += chunk;
  const person = new URLSearchParams(body).get("person");
  const result = person
    ? { login: { accountId: person, acr: claimsOf(person)?.acr ?? "Level4", remember: false }, consent: {} }
    : { error: "access_denied", error_description: `${prompt.name} was broken off` };
  await provider.interactionFinished(request, response, result, { mergeWithLastSubmission: false });
}

const answer = provider.callback();
http.on("request", (request, response) => {
  if (!request.url.startsWith("/interaction/")) return answer(request, response);
  return choosing(request, response).catch((error) => {
    response.statusCode = 400;
    response.end(page(String(error)));
  });
});
provider.on("server_error", (ctx, error) => console.error(error));
provider.on("grant.error", (ctx, error) => console.error(error.error, error.error_detail, error.error_description));
provider.on("pushed_authorization_request.error", (ctx, error) => console.error(error.error, error.error_detail, error.error_description));
console.log(`ready ${issuer}`);
