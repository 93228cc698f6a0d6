// An OpenID Connect provider that signs everybody in: `node provider.mjs FILE` prints its issuer.
// Tokens live for the seconds that the file holds at the time; requests without PKCE get none.
import { readFileSync } from "node:fs";
import { OAuth2Server } from "oauth2-mock-server";

const server = new OAuth2Server();
await server.issuer.keys.generate("RS256");
server.service.on("beforeTokenSigning", (token) => {
  token.payload.name = "Grace";
});
server.service.on("beforeResponse", (answer, request) => {
  answer.body.expires_in = Number(readFileSync(process.argv[2], "utf8"));
  if (request.body.grant_type === "authorization_code" && !request.body.code_verifier) {
    answer.statusCode = 400;
    answer.body = { error: "invalid_grant" };
  }
});
await server.start(0, "localhost");
console.log(server.issuer.url);
