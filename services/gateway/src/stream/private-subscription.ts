import type { OrderEvent } from "@atlas/gen/atlas/log/v1/order_event_pb";
import type { Order } from "@atlas/gen/atlas/order/v1/order_pb";
import { Channel, type Contents, type Subscription } from "@atlas/gen/atlas/stream/v1/stream_service_pb";
import type { Clock } from "@atlas/platform/ports/clock";
import { fillsOf } from "@atlas/platform/query/list-history";
import type { AccountBalances } from "./account-balances.ts";
import { contentsOf } from "./contents.ts";
import { Pace } from "./pace.ts";

const NEVER = Number.MAX_SAFE_INTEGER;

/** Where a subscription of an account tells what changed. */
export type TellUpdate = (subscription: PrivateSubscription, sequence: number, contents: Contents) => void;

/** One subscription to a private channel: what of each event it is told. */
export class PrivateSubscription {
  readonly subscription: Subscription;
  readonly #tell: TellUpdate;
  readonly #pace: Pace;
  /** Sequence from which on, this one not included, events are told. */
  #from = NEVER;
  #balances: AccountBalances | undefined;
  /** Of BALANCES and POSITIONS: what the next message holds, by asset or instrument. */
  #changed = new Map<string, Partial<Contents>>();
  #changedAt = 0;

  constructor(subscription: Subscription, clock: Clock, tell: TellUpdate) {
    this.subscription = subscription;
    this.#tell = tell;
    this.#pace = new Pace(clock, subscription.maxUpdatesPerSecond, () => this.#flush());
  }

  get channel(): Channel {
    return this.subscription.channel;
  }

  /** Events up to here have been told or are not to be. */
  get from(): number {
    return this.#from;
  }

  get isConflated(): boolean {
    return this.subscription.maxUpdatesPerSecond > 0;
  }

  /** Whether an instrument's orders, fills or position are watched. */
  watches(instrumentId: string): boolean {
    return this.subscription.instrumentId === "" || this.subscription.instrumentId === instrumentId;
  }

  /** No event is told until it begins. */
  wait(): void {
    this.#from = NEVER;
    this.#changed = new Map();
  }

  /** Events above `from` are told from here on. `balances`: as they are at `from`, for BALANCES. */
  begin(from: number, balances: AccountBalances | undefined): void {
    this.#from = from;
    this.#balances = balances;
    this.#changed = new Map();
  }

  /** `order`: the order after the event, if it changes one. */
  hear(event: OrderEvent, order: Order | undefined): void {
    const sequence = Number(event.sequence);
    if (sequence <= this.#from) return;
    this.#from = sequence;
    switch (this.channel) {
      case Channel.ORDERS:
        if (order !== undefined && this.watches(order.instrumentId)) {
          this.#tell(this, sequence, contentsOf({ orders: [order] }));
        }
        return;
      case Channel.FILLS: {
        const fills = fillsOf(event).filter((fill) => this.watches(fill.instrumentId));
        if (fills.length > 0) this.#tell(this, sequence, contentsOf({ fills }));
        return;
      }
      case Channel.BALANCES:
        for (const balance of this.#balances?.after(event) ?? []) {
          this.#changed.set(balance.asset, { balances: [balance] });
        }
        break;
      case Channel.POSITIONS: {
        const position = event.event.case === "orderFilled" ? event.event.value.position : undefined;
        if (position !== undefined && this.watches(position.instrumentId)) {
          this.#changed.set(position.instrumentId, { positions: [position] });
        }
      }
    }
    this.#changedAt = sequence;
    if (this.#changed.size > 0) this.#pace.changed();
  }

  stop(): void {
    this.#pace.stop();
  }

  #flush(): void {
    const changed = [...this.#changed.values()];
    if (changed.length === 0) return;
    this.#changed = new Map();
    const balances = changed.flatMap((one) => one.balances ?? []);
    const positions = changed.flatMap((one) => one.positions ?? []);
    this.#tell(this, this.#changedAt, contentsOf({ balances, positions }));
  }
}
