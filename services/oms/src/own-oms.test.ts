import { StoredBalanceCodec } from "@atlas/gen/atlas/log/v1/order_store_codec";
import { decode } from "@atlas/gen/codec/codec";
import { manualClock } from "@atlas/platform/memory/manual-clock";
import { memoryLog } from "@atlas/platform/memory/memory-log";
import { memoryStore, type StoreFault } from "@atlas/platform/memory/memory-store";
import type { Store } from "@atlas/platform/ports/store";
import { BALANCES_TABLE, HISTORY_TABLE, storePositionKey } from "@atlas/platform/query/store-layout";
import { SHARDS_TABLE } from "@atlas/platform/shard/output-positions";
import { encodeFrame } from "@atlas/platform/wire/codec/frame";
import { expect, test } from "vitest";
import { type OwnedOms, ownOms } from "./own-oms.ts";
import { digest, ShardFlow } from "./testing/shard-flow.ts";

/** A message with a field that no version knows: it stops the shard (S26). */
const UNKNOWN = Uint8Array.of(0xf8, 0x3f, 1);

/** One order shard on a log and a store that outlive it. */
class Place {
  readonly #flow = new ShardFlow();
  readonly clock = manualClock({ start: this.#flow.now });
  readonly log = memoryLog({ clock: this.clock });
  fault: StoreFault | undefined;
  /** Keys of items that are not what was written: a version as high is not written over them. */
  readonly damaged = new Set<string>();
  readonly warnings: string[] = [];
  /** Batches that the projection began to write. */
  writes = 0;
  readonly store = this.#openStore();
  readonly failures: string[] = [];
  #sent = 0;

  constructor() {
    this.#flow.open("ada", { USD: "100" });
  }

  async own(
    spoil: (owned: OwnedOms) => void = () => undefined,
    begin: "start" | "standBy" = "start",
  ): Promise<OwnedOms> {
    const { clock, log, store } = this;
    const warn = (message: string) => void this.warnings.push(message);
    const ports = { log, store, clock, digest, warn, writer: "test" };
    const settings = { partition: 0, partitions: { oms: 1, venue: 1 } };
    const owned = ownOms(ports, settings, { failed: (error) => void this.failures.push(error.message) });
    spoil(owned);
    const started = owned.owner[begin]().catch((error: Error) => void this.failures.push(error.message));
    await clock.advance(100);
    await started;
    return owned;
  }

  /** What opened the account, if that is still to come, and a deposit of 5; then what follows in the same frame. */
  async deposit(...then: Uint8Array[]): Promise<void> {
    this.#flow.client("ada", { case: "deposit", value: { amount: { asset: "USD", amount: "5" } } });
    const [instrument, ...inputs] = this.#flow.inputs.map(({ bytes }) => bytes);
    if (this.#sent === 0 && instrument !== undefined) await this.#append("control/0", 1, [instrument]);
    const firstNumber = this.#sent + 1;
    const messages = [...inputs.slice(this.#sent), ...then];
    this.#sent = inputs.length;
    await this.#append("gAAAAAAAAAAA", firstNumber, messages);
  }

  async stop(owner: OwnedOms["owner"]): Promise<void> {
    const stopped = owner.stop(100);
    await this.clock.advance(200);
    await stopped;
  }

  async stored(): Promise<string | undefined> {
    const asked = this.store.query(BALANCES_TABLE, { partition: "ada", limit: 10 });
    await this.clock.settle();
    const [item] = await asked;
    return item === undefined ? undefined : decode(StoredBalanceCodec, item.body).balance?.available;
  }

  #openStore(): Store {
    const store = memoryStore({
      clock: this.clock,
      fault: ({ operation, table, key }) => {
        if (operation === "putAll" && table === HISTORY_TABLE) this.writes += 1;
        if (operation === "get" && this.damaged.has(key ?? "")) return { kind: "damaged" };
        return operation.startsWith("put") ? this.fault : undefined;
      },
    });
    return {
      ...store,
      remove: (table, keys) => {
        for (const key of keys) this.damaged.delete(key);
        return store.remove(table, keys);
      },
    };
  }

  async #append(source: string, firstNumber: number, messages: readonly Uint8Array[]): Promise<void> {
    const frame = encodeFrame({ source, writer: source, firstNumber: BigInt(firstNumber) }, messages, digest);
    const appended = this.log.append("orders.commands", 0, frame);
    await this.clock.advance(30);
    await appended;
  }
}

test("I21: a shard that broke off in the middle of a frame writes no balance that its log does not tell", async () => {
  const place = new Place();
  await place.own();
  await place.deposit();
  await place.clock.advance(1_000);
  expect(await place.stored()).toBe("105");
  await place.deposit();
  await place.deposit(UNKNOWN);
  expect(place.failures).toHaveLength(1);
  await place.clock.advance(5_000);
  expect(await place.stored()).toBe("105");
});

test("I21: a shard that cannot recover writes nothing of the state at which it broke off", async () => {
  const place = new Place();
  const { owner } = await place.own();
  place.fault = { kind: "refused" };
  await place.deposit();
  await place.stop(owner);
  place.fault = undefined;
  await place.own(({ shard }) => {
    const advance = () => {
      throw new Error("a defect");
    };
    Object.defineProperties(shard, { workOpen: { value: true }, advance: { value: advance } });
  });
  await place.clock.advance(5_000);
  expect([place.failures, await place.stored()]).toEqual([["a defect"], undefined]);
});

test("an owner that was stopped leaves the store alone; the next one writes what is missing there", async () => {
  const place = new Place();
  const { owner } = await place.own();
  place.fault = { kind: "refused" };
  await place.deposit();
  await place.clock.advance(1_000);
  await place.stop(owner);
  const { writes } = place;
  expect(writes).toBeGreaterThan(0);
  await place.clock.advance(10_000);
  expect(place.writes).toBe(writes);
  place.fault = undefined;
  await place.own();
  await place.clock.advance(1_000);
  expect(await place.stored()).toBe("105");
});

const POSITION = storePositionKey("oms/0");
const COPY = "oms/0/store-copy";

test.each(["start", "standBy"] as const)(
  "S20, S27, F14: by %s a store's position that is not what was written sends the projection to its copy, or to the log, loudly",
  async (begin) => {
    for (const damaged of [[POSITION], [POSITION, COPY]]) {
      const place = new Place();
      const { owner } = await place.own();
      await place.deposit();
      await place.clock.advance(1_000);
      const copied = owner.sequence;
      await place.deposit();
      await place.clock.advance(1_000);
      await place.stop(owner);
      for (const key of damaged) place.damaged.add(key);
      let recovered = 0;
      const { owner: next, projection } = await place.own((owned) => {
        const { projection } = owned;
        const recover = projection.recovered.bind(projection);
        projection.recovered = (events) => {
          recovered = events.length;
          return recover(events);
        };
      }, begin);
      if (begin === "standBy") await settled(place, next.serve());
      expect(place.failures).toEqual([]);
      const warnings = [
        "the store's position is damaged: what is behind its copy is written again",
        "the copy of the store's position is damaged: all is written again",
      ].slice(0, damaged.length);
      expect(place.warnings).toEqual(warnings);
      expect(recovered).toBe(damaged.includes(COPY) ? next.sequence : next.sequence - copied);
      await place.clock.advance(1_000);
      await place.clock.settle();
      expect([projection.lag, projection.storedSequence]).toEqual([0, next.sequence]);
      await place.deposit();
      await place.clock.advance(1_000);
      expect(await place.stored()).toBe("115");
      await place.stop(next);
      const third = await place.own();
      expect(third.projection.storedSequence).toBe(next.sequence);
      expect([place.failures, place.warnings]).toEqual([[], warnings]);
    }
  },
);

test("S18, F14: a damaged position of a shard that nothing happens to is written again all the same", async () => {
  const place = new Place();
  const { owner } = await place.own();
  await place.deposit();
  await place.clock.advance(1_000);
  await place.stop(owner);
  place.damaged.add(POSITION);
  const { owner: next } = await place.own();
  await place.clock.advance(1_000);
  expect([...place.damaged]).toEqual([]);
  const asked = place.store.get(SHARDS_TABLE, POSITION);
  await place.clock.settle();
  expect((await asked)?.version).toBe(next.sequence);
});

test("S21, F14: a standby that finds the store's position damaged leaves it to the owner, and says so once", async () => {
  const place = new Place();
  await place.own();
  await place.deposit();
  await place.clock.advance(1_000);
  const standby = await place.own(undefined, "standBy");
  for (const key of [POSITION, COPY]) place.damaged.add(key);
  for (let looks = 0; looks < 3; looks++) await settled(place, standby.owner.keepUp());
  expect([...place.damaged]).toEqual([POSITION, COPY]);
  expect(place.warnings).toHaveLength(2);
});

test("S21, S24, S27: a standby's look that is answered once it has taken over leaves its projection as it is", async () => {
  const place = new Place();
  const { owner } = await place.own();
  await place.deposit();
  await place.clock.advance(1_000);
  const standby = await place.own(undefined, "standBy");
  const range = place.log.range.bind(place.log);
  const held = Promise.withResolvers<void>();
  place.log.range = (topic, partition) => held.promise.then(() => range(topic, partition));
  const looking = standby.owner.keepUp();
  place.log.range = range;
  await place.stop(owner);
  const serving = standby.owner.serve();
  await place.clock.settle();
  await serving;
  await place.deposit();
  expect(standby.projection.lag).toBe(1);
  held.resolve();
  await place.clock.settle();
  await looking;
  expect(standby.projection.lag).toBe(1);
  await place.clock.advance(1_000);
  expect([standby.projection.lag, await place.stored()]).toEqual([0, "110"]);
});

async function settled<T>(place: Place, work: Promise<T>): Promise<T> {
  await place.clock.advance(100);
  return work;
}
