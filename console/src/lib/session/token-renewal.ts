import type { User } from "@atlas/gen/atlas/identity/v1/identity_pb";
import { Code, ConnectError } from "@connectrpc/connect";
import { isSignedOut, refusalOf } from "../rpc/refusal.ts";
import { isSessionOver } from "./sign-in-problem.ts";
import type { AccessToken } from "./token-shelf.ts";

/** What a renewal needs. */
export interface RenewalWorld {
  /** Spends the browser's refresh cookie. */
  refresh(): Promise<AccessToken>;
  whoAmI(token: AccessToken): Promise<User>;
  /** Waits that long because of `error`. */
  pause(milliseconds: number, error: unknown): Promise<void>;
}

/** A new token and whose it is; or why there is none and will be none. */
export type Renewed =
  | { readonly kind: "mine"; readonly token: AccessToken; readonly user: User }
  | { readonly kind: "other"; readonly userId: string }
  | { readonly kind: "over"; readonly error: unknown };

/** As long as a restart of the platform takes at best; doubled after every try, up to half a minute. */
const FIRST_PAUSE = 2_000;
const LONGEST_PAUSE = 30_000;

/**
 * Gets the next access token. The cookie is the browser's and not the tab's: who signed in last in any tab has it. So a token
 * is nobody's until the platform has said whose it is, and one of another person is not handed out.
 */
export class TokenRenewal {
  readonly #world: RenewalWorld;
  /** Fetched, and nobody's yet. */
  #token: AccessToken | undefined;

  constructor(world: RenewalWorld) {
    this.#world = world;
  }

  /** Tries until it is decided. `expected`: the user that it is to be; absent: anybody. */
  async decide(expected: string | undefined): Promise<Renewed> {
    for (let pause = FIRST_PAUSE; ; pause = Math.min(2 * pause, LONGEST_PAUSE)) {
      try {
        return await this.once(expected);
      } catch (error) {
        const asked = Number(refusalOf(error)?.retryAfter?.seconds ?? 0n) * 1000;
        await this.#world.pause(Math.max(pause, asked), error);
      }
    }
  }

  /** Tries once; throws when that decides nothing. */
  async once(expected: string | undefined): Promise<Renewed> {
    if (this.#token === undefined) {
      try {
        this.#token = await this.#world.refresh();
      } catch (error) {
        if (isSessionOver(error)) return { kind: "over", error };
        throw error;
      }
    }
    const token = this.#token;
    const user = await this.#ownerOf(token);
    this.#token = undefined;
    if (expected !== undefined && user.userId !== expected) return { kind: "other", userId: user.userId };
    return { kind: "mine", token, user };
  }

  async #ownerOf(token: AccessToken): Promise<User> {
    try {
      return await this.#world.whoAmI(token);
    } catch (error) {
      if (!isSignedOut(error)) throw error;
      // Ended, or its rights changed, while it was fetched. Only the next refresh knows whether the session goes on.
      this.#token = undefined;
      throw new ConnectError("the new token does not work", Code.Unavailable);
    }
  }
}
