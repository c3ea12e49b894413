import { Reason } from "@atlas/gen/atlas/error/v1/refusal_pb";
import type { Authenticator, Caller } from "@atlas/platform/access/caller";
import type { Clock } from "@atlas/platform/ports/clock";
import type { Digest } from "@atlas/platform/ports/digest";
import { type RefusalError, refusal } from "@atlas/platform/refusal/refusal-error";
import type { ShardClient } from "@atlas/platform/shard/shard-client";
import type { AccessTokens } from "./access-tokens.ts";
import { keyIdOf, sameHash } from "./api-key-secret.ts";
import { Freshness } from "./freshness.ts";
import type { GuessLimiter } from "./guess-limiter.ts";
import type { IdentityView } from "./identity-view.ts";
import { OpenCalls } from "./open-calls.ts";
import { notSignedIn, refuseCredential, refuseToStay } from "./rights.ts";
import { type Credential, type SignedIn, signedIn } from "./signed-in.ts";

export interface AuthenticatorPorts {
  readonly clock: Clock;
  readonly digest: Digest;
  readonly view: IdentityView;
  readonly tokens: AccessTokens;
  readonly guesses: GuessLimiter;
}

/**
 * Knows callers by `Authorization: Bearer`: the secret of an API key, or an access token. What the view of identity does not
 * confirm it refuses (S23). A right credential passes also where wrong ones are locked out: its 256 bits are not guessed,
 * and nobody is to be kept out by a neighbour behind the same address.
 */
export class BearerAuthenticator implements Authenticator {
  readonly #ports: AuthenticatorPorts;
  readonly #calls: OpenCalls;
  readonly freshness: Freshness;
  /** The view was stale at the last tick, too: a process that was paused gets a second to catch up. */
  #stale = false;

  constructor(client: ShardClient, ports: AuthenticatorPorts) {
    this.#ports = ports;
    const { clock, view } = ports;
    this.freshness = new Freshness(client, view, clock, () => this.#tick());
    this.#calls = new OpenCalls((caller) => this.#refuseToStay(caller));
    view.listenToRights((userId) => this.#calls.check(userId));
  }

  /** Resolves once callers can be told apart. */
  async start(): Promise<void> {
    await this.#ports.view.start();
    await this.freshness.start();
  }

  stop(): void {
    this.freshness.stop();
    this.#ports.view.stop();
  }

  async authenticate(header: Headers, source: string): Promise<SignedIn> {
    if (!this.freshness.fresh) throw notReady();
    const authorization = header.get("authorization");
    if (authorization === null) throw notSignedIn("sign in first: send `Authorization: Bearer` with a key or a token");
    const sent = /^Bearer +([!-~]+) *$/i.exec(authorization)?.[1];
    if (sent === undefined) throw this.#wrong(source);
    return sent.startsWith("ak_") ? this.#byKey(sent, source) : this.#byToken(sent, source);
  }

  watch(caller: Caller, ended: (error: RefusalError) => void): () => void {
    return this.#calls.open(caller as SignedIn, ended);
  }

  #byKey(secret: string, source: string): SignedIn {
    const keyId = keyIdOf(secret);
    const kept = keyId === undefined ? undefined : this.#ports.view.apiKey(keyId);
    const hash = this.#ports.digest.sha256(secret);
    if (keyId === undefined || kept?.apiKey === undefined || !sameHash(hash, kept.secretHash))
      throw this.#wrong(source);
    return this.#admit(kept.apiKey.userId, { type: "API_KEY", keyId });
  }

  async #byToken(token: string, source: string): Promise<SignedIn> {
    const claims = await this.#ports.tokens.verify(token);
    if (claims === undefined) throw this.#wrong(source);
    const { userId, sessionId, expiresAt } = claims;
    return this.#admit(userId, { type: "SESSION", sessionId, expiresAt });
  }

  #admit(userId: string, credential: Credential): SignedIn {
    const { view, clock } = this.#ports;
    const refused = refuseCredential(view, userId, credential, clock.now());
    const user = view.user(userId);
    if (refused !== undefined || user === undefined) throw refused ?? notSignedIn("there is no such user");
    return signedIn(user, credential);
  }

  /** A credential that nobody has: counted as a guess. */
  #wrong(source: string): RefusalError {
    const { guesses } = this.#ports;
    const locked = guesses.refuse(source);
    guesses.fail(source);
    return locked ?? notSignedIn("the credential is malformed or unknown");
  }

  #refuseToStay(caller: SignedIn): RefusalError | undefined {
    const { view, clock } = this.#ports;
    if (this.#stale && !this.freshness.fresh) return notReady();
    return refuseToStay(view, caller, clock.now());
  }

  #tick(): void {
    this.#ports.view.sweep(this.#ports.clock.now());
    this.#calls.check();
    this.#stale = !this.freshness.fresh;
  }
}

function notReady(): RefusalError {
  return refusal(Reason.NOT_READY, "who may do what is not known to this gateway at the moment");
}
