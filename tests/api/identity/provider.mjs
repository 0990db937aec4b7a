// A certified OpenID provider (npm: oidc-provider) for tests. Arguments: its port, where it sends browsers back to, where
// it says that it signed somebody out. Its own pages ask for a login and for consent; the login is the person's address,
// with "unverified" in it for one that nobody checked. As OpenID Connect has it by default, an ID token that comes with
// an access token holds no address: that is read at the userinfo endpoint. It prints one line when it answers.
import Provider from "oidc-provider";

const [port, redirectUri, signOutUri] = process.argv.slice(2);
const issuer = `http://127.0.0.1:${port}`;

const provider = new Provider(issuer, {
  clients: [{
    client_id: "imisofts",
    client_secret: "a-secret-that-both-of-them-know-well",
    redirect_uris: [redirectUri],
    response_types: ["code"],
    grant_types: ["authorization_code"],
    backchannel_logout_uri: signOutUri,
  }],
  claims: { openid: ["sub"], email: ["email", "email_verified"], profile: ["name"] },
  features: { backchannelLogout: { enabled: true } },
  fetch: (url, { dispatcher, ...options }) => fetch(url, options), // its guard refuses this machine's own addresses
  cookies: { keys: ["a key for the cookies of tests"] },
  findAccount: (_ctx, id) => ({
    accountId: id,
    claims: () => ({ sub: id, email: id, email_verified: !id.includes("unverified"), name: `Person ${id.split("@")[0]}` }),
  }),
  ttl: { Session: 600, Grant: 600, Interaction: 600, IdToken: 300, AccessToken: 300 },
});

provider.listen(Number(port), "127.0.0.1", () => console.log("answers"));
process.stdin.on("end", () => process.exit()).resume(); // whoever started it is gone
