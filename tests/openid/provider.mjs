// A real provider of OpenID Connect (npm oidc-provider) for the tests of signing in. It asks nobody for a password:
// whoever comes is the person that a test has put in front of it with GET /seat?sub=…&email=…&verified=….
// The first line on stdout is its address. It ends when its standard input does.
import { createServer } from "node:http";
import Provider from "oidc-provider";

const people = new Map();
let seated = "nobody";

const server = createServer();
server.listen(0, "127.0.0.1", () => {
  const issuer = `http://127.0.0.1:${server.address().port}`;
  const provider = new Provider(issuer, {
    clients: [
      {
        client_id: "data-register",
        client_secret: "a secret: with % and +",
        redirect_uris: ["http://desk.example/desk/openid/back"],
      },
    ],
    claims: { openid: ["sub"], email: ["email", "email_verified"] },
    // With this the claims stand in the token; without it they are asked for with the access token.
    conformIdTokenClaims: process.argv[2] !== "claims-in-token",
    features: { devInteractions: { enabled: false } },
    interactions: { url: (_, interaction) => `/interaction/${interaction.uid}` },
    findAccount: (_, sub) => ({
      accountId: sub,
      claims: () => ({ sub, ...people.get(sub) }),
    }),
    // Everybody agrees to everything.
    loadExistingGrant: async (ctx) => {
      const grant = new ctx.oidc.provider.Grant({
        clientId: ctx.oidc.client.clientId,
        accountId: ctx.oidc.session.accountId,
      });
      grant.addOIDCScope("openid email");
      await grant.save();
      return grant;
    },
  });
  const answer = provider.callback();
  server.on("request", async (request, response) => {
    const address = new URL(request.url, issuer);
    if (address.pathname === "/seat") {
      const { sub, email, verified } = Object.fromEntries(address.searchParams);
      people.set(sub, { email, email_verified: verified === "true" });
      seated = sub;
      response.end("seated");
    } else if (address.pathname.startsWith("/interaction/")) {
      const result =
        seated === "nobody" ? { error: "access_denied" } : { login: { accountId: seated, remember: false } };
      await provider.interactionFinished(request, response, result, { mergeWithLastSubmission: false });
    } else {
      answer(request, response);
    }
  });
  console.log(issuer);
});
process.stdin.resume().on("end", () => process.exit(0));
