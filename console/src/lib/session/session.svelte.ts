import type { User } from "@atlas/gen/atlas/identity/v1/identity_pb";
import type { TokenPair } from "@atlas/gen/atlas/identity/v1/identity_service_pb";
import { Code, ConnectError } from "@connectrpc/connect";
import { getContext, setContext } from "svelte";
import { type Clients, createClients } from "../rpc/clients.ts";
import { isSignedOut, wordsOfError } from "../rpc/refusal.ts";
import { dateOf } from "../rpc/server-date.ts";
import { createTransport, withPatience } from "../rpc/transport.ts";
import { endSession } from "./log-out.ts";
import { browserTurns, RefreshTurn } from "./refresh-turn.ts";
import {
  linkProblem,
  NO_SESSION,
  otherPerson,
  type SignInProblem,
  sessionProblem,
  withUnsettled,
} from "./sign-in-problem.ts";
import { TokenRenewal } from "./token-renewal.ts";
import { type AccessToken, type Instant, TokenShelf } from "./token-shelf.ts";

const RETRY = 2_000;
/** Between two looks at the token's age. */
const LOOK = 5_000;

/** Who sits here: the way in by a login link, onwards by the refresh cookie, and out. */
export class Session {
  phase = $state<"starting" | "in" | "out">("starting");
  user = $state.raw<User>();
  problem = $state.raw<SignInProblem>();
  /** Why the last link was no good; told beside whoever is signed in here nevertheless. */
  linkProblem = $state.raw<SignInProblem>();
  /** Why it takes long; empty: it does not. */
  waiting = $state("");
  readonly clients: Clients;
  readonly #shelf = new TokenShelf(sessionStorage, now);
  readonly #turn = new RefreshTurn(browserTurns);
  readonly #renewedListeners = new Set<() => void>();
  readonly #leaving = new Set<() => readonly string[]>();
  readonly #renewal = new TokenRenewal({
    refresh: () => this.#refresh(),
    whoAmI: (token) => this.#ownerOf(token),
    pause: (milliseconds, error) => this.#pause(milliseconds, error),
  });
  /** Counts who came and went, by which a late answer knows that it is not theirs. */
  #visit = 0;
  #renewing: Promise<boolean> | undefined;
  #resumption: Promise<void> | undefined;
  #isLeaving = false;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor() {
    this.clients = createClients(createTransport(() => this.#shelf.text));
  }

  /** Goes on with the session that this browser has, if it has one. */
  resume(): Promise<void> {
    this.#resumption ??= this.#resumeAlone().finally(() => {
      this.#resumption = undefined;
    });
    return this.#resumption;
  }

  /** Signs in by a login link's token; `linkProblem` says why that failed. */
  async redeem(token: string): Promise<boolean> {
    this.linkProblem = undefined;
    try {
      const answer = new Answer();
      const options = { ...withPatience(), onHeader: answer.onHeader };
      const { tokens } = await this.clients.identity.redeemLoginLink({ token, refreshCookie: true }, options);
      this.#visit += 1;
      // From here on it is the link's person, even if who that is cannot be learnt now.
      this.phase = "starting";
      this.user = undefined;
      this.#keep(answer.tokenOf(tokens));
      await this.#learnUser();
      return true;
    } catch (error) {
      // Who was signed in here before stays so: only the link is no good.
      this.linkProblem = linkProblem(error);
      return false;
    }
  }

  /** A new access token by the refresh cookie; false: there is no session any more. One call serves all who ask at once. */
  renew(): Promise<boolean> {
    // The streams of a session that is being ended end too, and ask for what there is no more.
    if (this.#isLeaving) return Promise.resolve(false);
    this.#renewing ??= this.#renewAlone().finally(() => {
      this.#renewing = undefined;
    });
    return this.#renewing;
  }

  /** What is called ends it. */
  onRenewed(listener: () => void): () => void {
    this.#renewedListeners.add(listener);
    return () => void this.#renewedListeners.delete(listener);
  }

  /** Asked when somebody leaves for what is on its way then, in words. What is called ends it. */
  onLeaving(unsettled: () => readonly string[]): () => void {
    this.#leaving.add(unsettled);
    return () => void this.#leaving.delete(unsettled);
  }

  /** Throws when the session may live on in the cookie: the page must not say otherwise. */
  async logOut(): Promise<void> {
    this.#isLeaving = true;
    try {
      const problem = await endSession({
        logOut: async () => void (await this.clients.identity.logOut({}, withPatience())),
        renew: async () => {
          const renewed = await this.#renewal.once(this.user?.userId);
          if (renewed.kind === "mine") this.#keep(renewed.token);
          return renewed;
        },
      });
      this.#leave(problem);
    } finally {
      this.#isLeaving = false;
    }
  }

  async #resumeAlone(): Promise<void> {
    while (this.#shelf.text !== "") {
      try {
        await this.#learnUser();
        return;
      } catch (error) {
        if (isSignedOut(error)) this.#shelf.clear();
        else await this.#pause(RETRY, error);
      }
    }
    await this.renew();
  }

  async #renewAlone(): Promise<boolean> {
    const visit = this.#visit;
    const renewed = await this.#renewal.decide(this.user?.userId);
    // Somebody logged out or signed in while it was tried: what it came to is nothing to them.
    if (visit !== this.#visit) return this.#shelf.text !== "";
    switch (renewed.kind) {
      case "mine":
        this.#keep(renewed.token);
        this.#enter(renewed.user);
        for (const listener of this.#renewedListeners) listener();
        return true;
      case "other":
        this.#leave(otherPerson(renewed.userId));
        return false;
      case "over":
        this.#leave(this.phase === "in" || !isSignedOut(renewed.error) ? sessionProblem(renewed.error) : NO_SESSION);
        return false;
    }
  }

  /** No time limit: an answer that is given up may have spent the cookie, and the next one would be lost with it. */
  async #refresh(): Promise<AccessToken> {
    const answer = new Answer();
    let tokens: TokenPair | undefined;
    await this.#turn.take(async () => {
      ({ tokens } = await this.clients.identity.refreshToken({ refreshToken: "" }, { onHeader: answer.onHeader }));
    });
    return answer.tokenOf(tokens);
  }

  async #ownerOf({ text }: AccessToken): Promise<User> {
    const options = { ...withPatience(), headers: { authorization: `Bearer ${text}` } };
    const { user } = await this.clients.identity.whoAmI({}, options);
    if (user === undefined) throw new ConnectError("the platform did not say who you are", Code.Internal);
    return user;
  }

  #keep(token: AccessToken): void {
    this.#shelf.put(token);
    this.waiting = "";
    this.#renewLater();
  }

  #renewLater(): void {
    clearTimeout(this.#timer);
    const { renewIn } = this.#shelf;
    // In short steps: a browser's timer may stand still while the machine sleeps, as the token does not.
    if (renewIn > LOOK) this.#timer = setTimeout(() => this.#renewLater(), LOOK);
    else this.#timer = setTimeout(() => void this.renew(), renewIn);
  }

  async #learnUser(): Promise<void> {
    const { user } = await this.clients.identity.whoAmI({}, withPatience());
    if (user === undefined) throw new ConnectError("the platform did not say who you are", Code.Internal);
    this.#enter(user);
    this.problem = undefined;
    this.#renewLater();
  }

  #enter(user: User): void {
    this.waiting = "";
    // A desk is rebuilt for another person only, not for every renewal.
    if (this.phase === "in" && this.user?.userId === user.userId) return;
    this.user = user;
    this.problem = undefined;
    this.phase = "in";
  }

  async #pause(milliseconds: number, error: unknown): Promise<void> {
    this.waiting = wordsOfError(error);
    await new Promise((resolve) => setTimeout(resolve, milliseconds));
  }

  #leave(problem: SignInProblem): void {
    this.#visit += 1;
    clearTimeout(this.#timer);
    this.#shelf.clear();
    // What ends a desk is later news than the link that somebody came by before it.
    if (this.phase === "in") this.linkProblem = undefined;
    const unsettled = [...this.#leaving].flatMap((words) => words());
    this.user = undefined;
    this.waiting = "";
    this.problem = withUnsettled(problem, unsettled);
    this.phase = "out";
  }
}

/** When the platform answered, by its clock and by this machine's: a token's end is told by the one, its age by the other. */
class Answer {
  #received = now();
  #date: number | undefined;
  readonly onHeader = (headers: Headers): void => {
    this.#received = now();
    this.#date = dateOf(headers);
  };

  tokenOf(tokens: TokenPair | undefined): AccessToken {
    const end = Number(tokens?.accessExpireTime?.seconds ?? 0n) * 1000;
    const lifetime = end - (this.#date ?? this.#received.wall);
    return { text: tokens?.accessToken ?? "", lifetime, received: this.#received };
  }
}

function now(): Instant {
  return { steady: performance.now(), wall: Date.now() };
}

const KEY = Symbol("session");

export function provideSession(session: Session): Session {
  return setContext(KEY, session);
}

export function useSession(): Session {
  return getContext<Session>(KEY);
}
