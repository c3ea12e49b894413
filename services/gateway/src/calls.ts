import { callerOf, sourceKey } from "@atlas/platform/access/caller";
import type { Clock } from "@atlas/platform/ports/clock";
import type { HandlerContext } from "@connectrpc/connect";
import type { CallContext } from "./call-context.ts";
import type { AnonymousCall } from "./identity/identity-context.ts";

/** Milliseconds that a call may take when the client names none: longer than a command is worth logging. */
const USUAL_PATIENCE = 20_000;
/** Ours ends before the client's, so that it learns why. */
const MARGIN = 0.95;

/** Turns what connect knows of a call into what handlers are told. */
export class Calls {
  readonly #clock: Clock;
  readonly #refuseEarly: () => void;

  /** `refuseEarly` throws while nobody is served yet. */
  constructor(clock: Clock, refuseEarly: () => void) {
    this.#clock = clock;
    this.#refuseEarly = refuseEarly;
  }

  /** Of somebody who is signed in. */
  of(context: HandlerContext): CallContext {
    return { ...callerOf(context), ...this.#termsOf(context) };
  }

  /** Of anybody: whom no credential keeps out of a gateway that starts. */
  anonymous(context: HandlerContext): AnonymousCall {
    this.#refuseEarly();
    return this.#termsOf(context);
  }

  #termsOf(context: HandlerContext): AnonymousCall {
    const patience = context.timeoutMs() ?? USUAL_PATIENCE / MARGIN;
    return { deadline: this.#clock.monotonic() + patience * MARGIN, source: context.values.get(sourceKey) };
  }
}
