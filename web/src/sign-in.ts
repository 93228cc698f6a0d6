/** Who is asking: a token of the deployment's OpenID Connect provider, or a name on a local server. */

import type { UserManager } from "oidc-client-ts";
import { caller, type Config } from "./api";

export const identity = { localName: "" };

/** On a local server, the name that the gateway takes as the caller; nothing else reads it. */
export function setLocalName(name: string): void {
  identity.localName = name.trim();
}

caller.headers = async () => (identity.localName ? { "x-local-caller": identity.localName } : {});

export type SignedIn = { name: string; signOut: () => Promise<void> };

/** Where the page continues after the provider has sent the browser back. */
const RETURN = "tariff.return";

/** From now on requests have this tab's token, if there is one; null where the deployment has no issuer. */
export async function resume(config: Config): Promise<UserManager | null> {
  if (!config.issuer || !config.client_id) return null;
  const { UserManager, WebStorageStateStore } = await import("oidc-client-ts");
  const manager = new UserManager({
    authority: config.issuer,
    client_id: config.client_id,
    redirect_uri: `${location.origin}/`,
    scope: config.scopes,
    response_type: "code",
    automaticSilentRenew: true,
    userStore: new WebStorageStateStore({ store: sessionStorage }),
    stateStore: new WebStorageStateStore({ store: sessionStorage }),
  });
  caller.headers = async () => {
    const now = await manager.getUser();
    return now ? { authorization: `Bearer ${now.access_token}` } : {};
  };
  return manager;
}

/**
 * Sign in by code flow with PKCE, where the deployment has an issuer; null where it has none.
 *
 * Tokens are in this tab's sessionStorage, which no other origin and no other tab reads. They are
 * renewed with the refresh token shortly before they expire. Raises the provider's refusal.
 */
export async function signIn(config: Config): Promise<SignedIn | null> {
  const manager = await resume(config);
  if (!manager) return null;
  const leave = async () => {
    sessionStorage.setItem(RETURN, location.hash);
    await manager.signinRedirect();
    return new Promise<never>(() => {}); // the browser is leaving the page
  };
  const returned = await completed(manager);
  let user = await manager.getUser();
  if (user?.expired && user.refresh_token) user = await manager.signinSilent().catch(() => null);
  if (!user || user.expired) return leave();

  caller.forbidden =
    "Your sign-in may not do this: it needs the administrators' scope (JwtAdminScope). Ask for it at the provider, " +
    "and for PageScopes to name it.";
  // A new token that is refused would be refused again: signing in once more cannot help.
  let retry = !returned;
  caller.refused = () => {
    if (!retry) return REFUSED;
    retry = false;
    void leave();
    return "Your session has ended. Signing in again.";
  };
  manager.events.addUserLoaded(() => {
    retry = false;
  });
  manager.events.addAccessTokenExpired(() => void leave());
  return {
    name: String(user.profile.name ?? user.profile.email ?? user.profile.sub),
    signOut: async () => {
      await manager.removeUser();
      location.reload();
    },
  };
}

const REFUSED =
  "The server does not accept your sign-in. The page's client may lack access to this API: an " +
  "administrator can compare JwtAudience with the token's audience (docs/page.md).";

/** Take the provider's answer out of the address; true where there was one. */
async function completed(manager: UserManager): Promise<boolean> {
  const answer = new URLSearchParams(location.search);
  if (!answer.has("state") || !(answer.has("code") || answer.has("error"))) return false;
  history.replaceState(null, "", location.pathname + (sessionStorage.getItem(RETURN) ?? ""));
  await manager.signinRedirectCallback(`${location.origin}${location.pathname}?${answer}`);
  return true;
}
