// An OpenID Connect provider that signs everybody in: `node provider.mjs FILE` prints its issuer.
// The file says, as JSON, what the next tokens are: the seconds they live, the seconds that the
// page is told (`told`), their audience and scope. Requests without PKCE get no token.
import { readFileSync } from "node:fs";
import { OAuth2Server } from "oauth2-mock-server";

const server = new OAuth2Server();
await server.issuer.keys.generate("RS256");
const wanted = () => JSON.parse(readFileSync(process.argv[2], "utf8"));
server.service.on("beforeTokenSigning", ({ payload }) => {
  const { seconds, audience, scope } = wanted();
  payload.name = "Grace";
  payload.exp = payload.iat + seconds;
  // An ID token is for the client, which the provider has set; an access token is for the API.
  if (!("aud" in payload)) Object.assign(payload, { aud: audience, scope });
});
server.service.on("beforeResponse", (answer, request) => {
  const { seconds, told } = wanted();
  answer.body.expires_in = told ?? seconds;
  if (request.body.grant_type === "authorization_code" && !request.body.code_verifier) {
    answer.statusCode = 400;
    answer.body = { error: "invalid_grant" };
  }
});
await server.start(0, "localhost");
console.log(server.issuer.url);
