import type { RefusalError } from "@atlas/platform/refusal/refusal-error";
import type { SignedIn } from "./signed-in.ts";

/** A stream or session that goes on. */
interface OpenCall {
  readonly caller: SignedIn;
  readonly ended: (error: RefusalError) => void;
}

/** The calls that go on, by user: each is ended once when its caller may not stay (I26). */
export class OpenCalls {
  readonly #byUser = new Map<string, Set<OpenCall>>();
  readonly #refuse: (caller: SignedIn) => RefusalError | undefined;

  /** `refuse` tells why a caller may not stay, if so. */
  constructor(refuse: (caller: SignedIn) => RefusalError | undefined) {
    this.#refuse = refuse;
  }

  /** `ended` is called once, unless what this returns is called first. */
  open(caller: SignedIn, ended: (error: RefusalError) => void): () => void {
    const { userId } = caller.principal;
    const calls = this.#byUser.get(userId) ?? new Set();
    this.#byUser.set(userId, calls);
    const call = { caller, ended };
    calls.add(call);
    return () => this.#close(call);
  }

  /** Looks at the calls of a user again, or at all. */
  check(userId?: string): void {
    const users = userId === undefined ? [...this.#byUser.values()] : [this.#byUser.get(userId) ?? []];
    for (const calls of users) {
      for (const call of [...calls]) {
        const refused = this.#refuse(call.caller);
        if (refused !== undefined) this.#end(call, refused);
      }
    }
  }

  #end(call: OpenCall, error: RefusalError): void {
    this.#close(call);
    call.ended(error);
  }

  #close(call: OpenCall): void {
    const { userId } = call.caller.principal;
    const calls = this.#byUser.get(userId);
    calls?.delete(call);
    if (calls?.size === 0) this.#byUser.delete(userId);
  }
}
