import type { User } from "@atlas/gen/atlas/identity/v1/identity_pb";
import type { TokenPair } from "@atlas/gen/atlas/identity/v1/identity_service_pb";
import { getContext, setContext } from "svelte";
import { type Clients, createClients } from "../rpc/clients.ts";
import { isSignedOut, isUnreachable, wordsOfError } from "../rpc/refusal.ts";
import { createTransport, withPatience } from "../rpc/transport.ts";
import { browserTurns, RefreshTurn } from "./refresh-turn.ts";
import { LOGGED_OUT, linkProblem, NO_SESSION, type SignInProblem, sessionProblem } from "./sign-in-problem.ts";
import { TokenShelf } from "./token-shelf.ts";

const RETRY = 2_000;

/** Who sits here: the way in by a login link, onwards by the refresh cookie, and out. */
export class Session {
  phase = $state<"starting" | "in" | "out">("starting");
  user = $state.raw<User>();
  problem = $state.raw<SignInProblem>();
  /** Why it takes long; empty: it does not. */
  waiting = $state("");
  readonly clients: Clients;
  readonly #shelf = new TokenShelf(sessionStorage, () => Date.now());
  readonly #turn = new RefreshTurn(browserTurns);
  readonly #renewedListeners = new Set<() => void>();
  #renewal: Promise<boolean> | undefined;
  #isLeaving = false;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor() {
    this.clients = createClients(createTransport(() => this.#shelf.text));
  }

  /** Goes on with the session that this browser has, if it has one. */
  async resume(): Promise<void> {
    if (this.#shelf.text === "" && !(await this.renew())) return;
    for (;;) {
      try {
        await this.#learnUser();
        return;
      } catch (error) {
        if (isSignedOut(error)) {
          this.#shelf.clear();
          if (!(await this.renew())) return;
        } else await this.#pause(error);
      }
    }
  }

  /** Signs in by a login link's token; `problem` says why that failed. */
  async redeem(token: string): Promise<boolean> {
    this.problem = undefined;
    try {
      const { tokens } = await this.clients.identity.redeemLoginLink({ token, refreshCookie: true }, withPatience());
      this.#keep(tokens);
      await this.#learnUser();
      return true;
    } catch (error) {
      // Who was signed in here before stays so: only the link is no good.
      this.problem = linkProblem(error);
      return false;
    }
  }

  /** A new access token by the refresh cookie; false: there is no session any more. One call serves all who ask at once. */
  renew(): Promise<boolean> {
    // The streams of a session that is being ended end too, and ask for what there is no more.
    if (this.#isLeaving) return Promise.resolve(false);
    this.#renewal ??= this.#renewAlone().finally(() => {
      this.#renewal = undefined;
    });
    return this.#renewal;
  }

  /** What is called ends it. */
  onRenewed(listener: () => void): () => void {
    this.#renewedListeners.add(listener);
    return () => void this.#renewedListeners.delete(listener);
  }

  async logOut(): Promise<void> {
    this.#isLeaving = true;
    try {
      await this.clients.identity.logOut({}, withPatience());
    } catch (error) {
      // Without an answer the session would live on in the cookie while the page says otherwise.
      if (!isSignedOut(error)) throw error;
    } finally {
      this.#isLeaving = false;
    }
    this.#leave(LOGGED_OUT);
  }

  async #renewAlone(): Promise<boolean> {
    for (;;) {
      try {
        await this.#turn.take(async () => {
          const { tokens } = await this.clients.identity.refreshToken({ refreshToken: "" }, withPatience());
          this.#keep(tokens);
        });
        for (const listener of this.#renewedListeners) listener();
        return true;
      } catch (error) {
        if (!isUnreachable(error)) {
          this.#leave(this.phase === "in" || !isSignedOut(error) ? sessionProblem(error) : NO_SESSION);
          return false;
        }
        await this.#pause(error);
      }
    }
  }

  #keep(tokens: TokenPair | undefined): void {
    const expiresAt = Number(tokens?.accessExpireTime?.seconds ?? 0n) * 1000;
    this.#shelf.put({ text: tokens?.accessToken ?? "", expiresAt });
    this.waiting = "";
    this.#renewLater();
  }

  #renewLater(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.renew(), this.#shelf.renewIn);
  }

  async #learnUser(): Promise<void> {
    const { user } = await this.clients.identity.whoAmI({}, withPatience());
    this.user = user;
    this.waiting = "";
    this.problem = undefined;
    this.phase = "in";
    this.#renewLater();
  }

  async #pause(error: unknown): Promise<void> {
    this.waiting = wordsOfError(error);
    await new Promise((resolve) => setTimeout(resolve, RETRY));
  }

  #leave(problem: SignInProblem): void {
    clearTimeout(this.#timer);
    this.#shelf.clear();
    this.user = undefined;
    this.waiting = "";
    this.problem = problem;
    this.phase = "out";
  }
}

const KEY = Symbol("session");

export function provideSession(session: Session): Session {
  return setContext(KEY, session);
}

export function useSession(): Session {
  return getContext<Session>(KEY);
}
