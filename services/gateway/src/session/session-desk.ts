import type { Caller } from "@atlas/platform/access/caller";
import type { OpenTradeSession } from "@atlas/platform/session/trade-session";
import type { GatewayMetrics } from "../gateway-metrics.ts";
import { Session } from "./session.ts";
import type { SessionContext } from "./session-context.ts";

/** Opens sessions, and ends all of them when the gateway stops. */
export class SessionDesk {
  readonly #context: Omit<SessionContext, "over">;
  readonly #metrics: GatewayMetrics;
  readonly #sessions = new Set<Session>();

  constructor(context: Omit<SessionContext, "over"> & { readonly metrics: GatewayMetrics }) {
    this.#context = context;
    this.#metrics = context.metrics;
  }

  readonly open: OpenTradeSession<Caller> = (caller, sink) => {
    const session: Session = new Session({ ...this.#context, over: () => this.#forget(session) }, caller, sink);
    this.#sessions.add(session);
    this.#metrics.sessions(this.#sessions.size);
    return session;
  };

  stop(): void {
    for (const session of [...this.#sessions]) session.stopping();
  }

  #forget(session: Session): void {
    this.#sessions.delete(session);
    this.#metrics.sessions(this.#sessions.size);
  }
}
