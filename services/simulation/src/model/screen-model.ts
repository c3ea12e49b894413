import { Bucket } from "@atlas/gen/atlas/ledger/v1/posting_pb";
import type { OrderEvent } from "@atlas/gen/atlas/log/v1/order_event_pb";
import type { OrderStatus } from "@atlas/gen/atlas/order/v1/order_pb";
import type { Contents } from "@atlas/gen/atlas/stream/v1/stream_service_pb";
import type { Screen, Told } from "../clients/screen.ts";
import { e8 } from "./e8.ts";
import { isEnd } from "./order-model.ts";
import { channelNames, type ScreenChannel } from "./screen-channels.ts";
import type { Violations } from "./violations.ts";

/** What a screen shows of a channel: a word for each order, fill, asset or instrument. */
type Shown = Map<string, string>;

/** Fills that a snapshot begins with, at most. */
const SNAPSHOT_FILLS = 100;

/**
 * Holds all that a screen was told against its account's events: each channel begins with what stood at its cursor, tells every event that
 * concerns it once and in sequence, with what stood after it, and never goes back (I19).
 */
export function checkScreen(screen: Screen, events: readonly OrderEvent[], violations: Violations): void {
  for (const channel of channelNames) {
    const told = screen.told.filter((one) => one.channel === channel);
    checkChannel(`${screen.accountId}'s ${channel}`, new Replay(channel, events), told, violations);
  }
}

function checkChannel(name: string, replay: Replay, told: readonly Told[], violations: Violations): void {
  let isVoid = true;
  for (const { kind, sequence, contents } of told) {
    if (kind === "resync") {
      isVoid = true;
      continue;
    }
    const before = replay.sequence;
    violations.check("I19", sequence >= before, () => `${name} went back from ${before} to ${sequence}`);
    const passed = replay.through(sequence);
    const shown = shownBy(contents);
    if (kind === "snapshot") {
      const due = replay.snapshot();
      violations.check(
        "I19",
        same(shown, due),
        () => `${name} begins at ${sequence} with ${words(shown)}, not ${words(due)}`,
      );
    } else {
      const [last] = passed.slice(-1);
      const isNext = !isVoid && passed.length === 1 && last?.sequence === sequence;
      const text = () => `${name} tells ${sequence} after ${before}, where ${passed.map((one) => one.sequence)} came`;
      violations.check("I19", isNext, text);
      const due = last?.changed ?? new Map();
      violations.check(
        "I19",
        same(shown, due),
        () => `${name} tells at ${sequence} ${words(shown)}, not ${words(due)}`,
      );
    }
    isVoid = false;
  }
  const missed = replay.through(Number.MAX_SAFE_INTEGER);
  const isWhole = !isVoid && missed.length === 0;
  violations.check("I19", isWhole, () => `${name} was never told of ${missed.map(({ sequence }) => sequence)}`);
}

/** What an event changes in a channel, as it is then. */
interface Change {
  readonly sequence: number;
  readonly changed: Shown;
}

/** What a channel has to show, by the account's events one after the other. */
class Replay {
  sequence = 0;
  readonly #channel: ScreenChannel;
  readonly #events: readonly OrderEvent[];
  readonly #shown: Shown = new Map();
  readonly #sums = new Map<string, bigint>();
  #next = 0;

  constructor(channel: ScreenChannel, events: readonly OrderEvent[]) {
    this.#channel = channel;
    this.#events = events;
  }

  /** What the events up to a sequence change, those that change something. */
  through(sequence: number): Change[] {
    const changes: Change[] = [];
    for (let event = this.#events[this.#next]; event !== undefined; event = this.#events[this.#next]) {
      if (Number(event.sequence) > sequence) break;
      this.#next++;
      const changed = this.#changed(event);
      for (const [key, word] of changed) this.#shown.set(key, word);
      if (changed.size > 0) changes.push({ sequence: Number(event.sequence), changed });
    }
    this.sequence = Math.max(this.sequence, sequence);
    return changes;
  }

  /** What a snapshot has to hold: of orders the open ones, of fills the newest. */
  snapshot(): Shown {
    const all = [...this.#shown];
    if (this.#channel === "fills") return new Map(all.slice(-SNAPSHOT_FILLS));
    return new Map(
      all.filter(([, word]) => this.#channel !== "orders" || !isEnd(Number(word.split(" ")[1]) as OrderStatus)),
    );
  }

  #changed(event: OrderEvent): Shown {
    switch (this.#channel) {
      case "orders":
        return orderOf(event);
      case "balances":
        return this.#balances(event);
      case "fills":
        return event.event.case === "orderFilled" ? shownBy([{ fills: listed(event.event.value.fill) }]) : new Map();
      default:
        return event.event.case === "orderFilled"
          ? shownBy([{ positions: listed(event.event.value.position) }])
          : new Map();
    }
  }

  #balances({ accountId, postings }: OrderEvent): Shown {
    const assets = new Set<string>();
    for (const { accountId: whose, asset, amount, fromBucket, toBucket } of postings) {
      if (whose !== accountId) continue;
      for (const [bucket, moved] of [
        [fromBucket, -e8(amount)],
        [toBucket, e8(amount)],
      ] as const) {
        if (bucket !== Bucket.AVAILABLE && bucket !== Bucket.RESERVED) continue;
        const key = `${asset} ${bucket}`;
        this.#sums.set(key, (this.#sums.get(key) ?? 0n) + moved);
        assets.add(asset);
      }
    }
    const sum = (asset: string, bucket: Bucket) => this.#sums.get(`${asset} ${bucket}`) ?? 0n;
    return new Map(
      [...assets].map((asset) => [asset, `${sum(asset, Bucket.AVAILABLE)}/${sum(asset, Bucket.RESERVED)}`]),
    );
  }
}

/** The order that an event concerns, as it is after it. */
export function orderOf({ orderId, event }: OrderEvent): Shown {
  if (event.case === "orderAccepted" || event.case === "orderDenied")
    return shownBy([{ orders: listed(event.value.order) }]);
  if (event.case === undefined || !("progress" in event.value) || event.value.progress === undefined) return new Map();
  const { version, status, leavesQuantity } = event.value.progress;
  return new Map([[orderId, `${version} ${status} ${e8(leavesQuantity)}`]]);
}

function shownBy(contents: readonly Partial<Contents>[]): Shown {
  const shown: Shown = new Map();
  for (const { orders = [], fills = [], balances = [], positions = [] } of contents) {
    for (const one of orders) shown.set(one.orderId, `${one.version} ${one.status} ${e8(one.leavesQuantity)}`);
    for (const one of fills)
      shown.set(one.executionId, `${one.orderId} ${one.quantity}@${one.price} ${one.fee?.amount}`);
    for (const one of balances) shown.set(one.asset, `${e8(one.available)}/${e8(one.reserved)}`);
    for (const one of positions) shown.set(one.instrumentId, one.quantity);
  }
  return shown;
}

function listed<T>(one: T | undefined): T[] {
  return one === undefined ? [] : [one];
}

function same(left: Shown, right: Shown): boolean {
  return left.size === right.size && [...left].every(([key, word]) => right.get(key) === word);
}

function words(shown: Shown): string {
  return [...shown]
    .map(([key, word]) => `${key}: ${word}`)
    .sort()
    .join(", ");
}
