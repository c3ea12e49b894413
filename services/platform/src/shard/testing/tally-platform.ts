import { createHash } from "node:crypto";
import { crc32 } from "node:zlib";
import { OrderCommandCodec } from "@atlas/gen/atlas/log/v1/order_command_codec";
import { type OrderCommand, OrderCommandSchema } from "@atlas/gen/atlas/log/v1/order_command_pb";
import type { OrderEvent } from "@atlas/gen/atlas/log/v1/order_event_pb";
import { ReadResponseSchema } from "@atlas/gen/atlas/operations/v1/shard_service_pb";
import type { ExecutionReport } from "@atlas/gen/atlas/order/v1/execution_report_pb";
import { encode } from "@atlas/gen/codec/codec";
import { create } from "@bufbuild/protobuf";
import { type ManualClock, manualClock } from "../../memory/manual-clock.ts";
import { type AppendFault, type MemoryLog, memoryLog } from "../../memory/memory-log.ts";
import { type MemoryStore, memoryStore, type StoreFault } from "../../memory/memory-store.ts";
import { sleep } from "../../ports/clock.ts";
import type { Digest } from "../../ports/digest.ts";
import type { Log } from "../../ports/log.ts";
import { encodeFrame, openFrame, readMessages } from "../../wire/codec/frame.ts";
import { timestampOf } from "../../wire/time.ts";
import { EventShardOwner } from "../event-shard-owner.ts";
import { nextChain } from "../link-chain.ts";
import { stateHash } from "../state-hash.ts";
import { type TallyRule, TallyShard, tallyKind } from "./tally-shard.ts";

export const digest: Digest = {
  sha256: (content) => createHash("sha256").update(content).digest(),
  crc32: (content, seed) => crc32(content, seed),
};

export interface Faults {
  append?: (topic: string) => AppendFault | undefined;
  store?: () => StoreFault | undefined;
}

/** A log, a store and a clock that outlive the owners started on them. */
export class TallyPlatform {
  readonly clock: ManualClock = manualClock();
  readonly log: MemoryLog;
  readonly store: MemoryStore;
  readonly warnings: string[] = [];
  /** Key of an item that is not what was written, until it is written anew or removed. */
  damaged = "";
  /** What the owner's projection says of its room; `undefined`: there is some. */
  room: Promise<void> | undefined;
  readonly failures: Error[] = [];
  /** Writes to log and store that each process began, by its name. */
  readonly writes = new Map<string, number>();
  #owners = 0;
  #sent = 0;
  #chain = 0n;

  constructor(faults: Faults = {}) {
    const { clock } = this;
    this.log = memoryLog({ clock, fault: ({ topic }) => faults.append?.(topic) });
    const isDamaged = (key?: string) => key !== undefined && key === this.damaged;
    const store = memoryStore({
      clock,
      fault: ({ key }) => (isDamaged(key) ? { kind: "damaged" } : faults.store?.()),
    });
    const mend = (keys: readonly string[]) => {
      if (keys.some(isDamaged)) this.damaged = "";
    };
    this.store = {
      ...store,
      put: (table, item) => {
        mend([item.key]);
        return store.put(table, item);
      },
      putAll: (puts) => {
        mend(puts.map(({ item }) => item.key));
        return store.putAll(puts);
      },
      remove: (table, keys) => {
        mend(keys);
        return store.remove(table, keys);
      },
    };
  }

  /** A process that owns the shard; nothing of another one is needed for it. It hears of inputs `late` milliseconds. */
  async own(rule?: TallyRule, late = 0, mostWaiting = 100_000): Promise<Owned> {
    const owned = this.prepare(rule, late, mostWaiting);
    const started = owned.owner.start();
    await this.clock.advance(200);
    await started;
    return owned;
  }

  /** A process that stands by for the shard. */
  async standBy(rule?: TallyRule, late = 0, mostWaiting = 100_000): Promise<Owned> {
    const owned = this.prepare(rule, late, mostWaiting);
    const started = owned.owner.standBy();
    await this.clock.advance(200);
    await started;
    return owned;
  }

  /** A process that has not begun; its own clock is `behind` milliseconds behind the log's. */
  prepare(rule?: TallyRule, late = 0, mostWaiting = 100_000, behind = 0): Owned {
    const writer = `process-${++this.#owners}`;
    const shard = new TallyShard(rule);
    const events: OrderEvent[] = [];
    const ports = {
      log: this.#counted(writer, late === 0 ? this.log : this.#lateLog(late), ["append", "trim"]),
      store: this.#counted(writer, this.store, ["put", "putAll", "remove"]),
      clock: { ...this.clock, now: () => this.clock.now() - behind },
      digest,
      warn: (message: string) => void this.warnings.push(message),
      ...{ writer, mostWaiting },
    };
    const owner = new EventShardOwner(ports, tallyKind, shard, 0, {
      decided: (decided) => void events.push(...decided),
      acknowledged: () => undefined,
      answer: () => create(ReadResponseSchema, { sequence: BigInt(shard.sequence) }),
      failed: (error) => void this.failures.push(error),
      room: () => this.room,
    });
    return { owner, shard, events, writer };
  }

  /** Calls of the given names are counted as writes of a process. */
  #counted<Port extends object>(writer: string, port: Port, names: readonly string[]): Port {
    return new Proxy(port, {
      get: (target, name) => {
        if (names.includes(String(name))) this.writes.set(writer, (this.writes.get(writer) ?? 0) + 1);
        const value = Reflect.get(target, name) as unknown;
        return typeof value === "function" ? value.bind(target) : value;
      },
    });
  }

  /** Appends a gateway's frame; numbers as given. */
  async send(accounts: readonly string[], firstNumber: number, source = "g-1"): Promise<void> {
    const messages = accounts.map((accountId, index) => this.#command(accountId, firstNumber + index));
    await this.#append(encodeFrame({ source, writer: source, firstNumber: BigInt(firstNumber) }, messages, digest));
  }

  /** Appends a gateway's frame of commands that are valid until the times given, named by them. */
  async sendUntil(
    deadlines: readonly (readonly [commandId: string, at: number])[],
    firstNumber: number,
  ): Promise<void> {
    const messages = deadlines.map(([commandId, at]) => this.#command(commandId.charAt(0), 0, { commandId, at }));
    const fields = { source: "g-1", writer: "g-1", firstNumber: BigInt(firstNumber) };
    await this.#append(encodeFrame(fields, messages, digest));
  }

  /** Appends the next frame of the link from `venue/1`, or the same numbers again, or a later one. */
  async sendOverLink(accounts: readonly string[], change: { skip?: number; forge?: bigint } = {}): Promise<void> {
    const first = this.#sent + 1 + (change.skip ?? 0);
    const messages = accounts.map((accountId, index) => this.#command(accountId, first + index));
    const chain = change.forge ?? this.#chain;
    const fields = { source: "venue/1", writer: "w", firstNumber: BigInt(first), chain };
    await this.#append(encodeFrame(fields, messages, digest));
    if (change.skip !== undefined || change.forge !== undefined) return;
    this.#sent += messages.length;
    for (const message of messages) this.#chain = nextChain(this.#chain, message, digest);
  }

  async append(bytes: Uint8Array): Promise<void> {
    await this.#append(bytes);
  }

  /** Everything on a topic's partition 0, frame by frame. */
  async frames(topic: string): Promise<ReturnType<typeof openFrame>[]> {
    const range = this.log.range(topic, 0);
    await this.clock.settle();
    if ((await range).end === 0) return [];
    const records = this.log.read(topic, 0, 0, 100_000_000);
    await this.clock.settle();
    return (await records).filter(({ bytes }) => bytes.length > 3).map(({ bytes }) => openFrame(bytes, digest));
  }

  /** Events as a reader sees them that drops repeats (S15). */
  async events(): Promise<OrderEvent[]> {
    const seen: OrderEvent[] = [];
    for (const frame of await this.frames("orders.events")) {
      for (const event of readMessages(frame, tallyKind.events.codec)) {
        if (Number(event.sequence) === seen.length + 1) seen.push(event);
      }
    }
    return seen;
  }

  #lateLog(late: number): Log {
    const { log, clock } = this;
    const tail: Log["tail"] = (topic, partition, from, receiver) =>
      log.tail(topic, partition, from, {
        ...receiver,
        receive: (records) =>
          topic === "orders.commands"
            ? sleep(clock, late).then(() => receiver.receive(records))
            : receiver.receive(records),
      });
    return {
      ...{ tail, append: log.append.bind(log), read: log.read.bind(log) },
      ...{ range: (topic, partition) => log.range(topic, partition), trim: log.trim.bind(log) },
    };
  }

  hash(shard: TallyShard): string {
    return stateHash(shard.slabs, digest);
  }

  #command(accountId: string, number: number, until?: { commandId: string; at: number }): Uint8Array {
    const commandId = until?.commandId ?? `${accountId}-${number}`;
    const validUntil = until && timestampOf(until.at);
    return encode(
      OrderCommandCodec,
      create(OrderCommandSchema, { commandId, accountId, validUntil, command: { case: "cancelMany", value: {} } }),
    );
  }

  async #append(bytes: Uint8Array): Promise<void> {
    const appended = this.log.append("orders.commands", 0, bytes).catch(() => undefined);
    await this.clock.advance(30);
    await appended;
  }
}

export interface Owned {
  readonly owner: EventShardOwner<OrderCommand, OrderEvent, ExecutionReport>;
  readonly shard: TallyShard;
  readonly events: OrderEvent[];
  /** Of its frames. */
  readonly writer: string;
}
