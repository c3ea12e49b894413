import type { Archive } from "@atlas/platform/ports/archive";
import { type Clock, sleep } from "@atlas/platform/ports/clock";
import type { Log, Tail, TailReceiver } from "@atlas/platform/ports/log";
import type { Store } from "@atlas/platform/ports/store";
import { notReady } from "@atlas/platform/shard/not-ready";
import type { Network } from "./network.ts";

/** What a process stands on and shares with the others. */
export interface SharedPorts {
  readonly clock: Clock;
  readonly log: Log;
  readonly store: Store;
  readonly archive: Archive;
  readonly network: Network;
}

/** The log, the store and the archive as ends of ways. */
export const LOG = "log";
export const STORE = "store";
const ARCHIVE = "archive";

type State = "RUNS" | "PAUSED" | "DEAD";

/**
 * A process among others on one log and one store: everything that reaches it passes here, so that it can be paused as a
 * whole (F10) or killed at any point (F4, F5, F14). What it had handed over before stays handed over.
 */
export class SimulatedProcess {
  readonly name: string;
  readonly clock: Clock;
  readonly log: Log;
  readonly store: Store;
  readonly archive: Archive;
  /** Milliseconds by which its wall clock differs from the others' (F17). */
  wallOffset = 0;
  /** Milliseconds by which it hears late of what is new on the log. */
  tailLag = 0;
  #state: State = "RUNS";
  #held: (() => void)[] = [];
  readonly #deaths = new Set<() => void>();
  readonly #network: Network;
  /** It dies at so many calls from now, before or after the last of them is handed over. */
  #doom: { calls: number; readonly isHandedOver: boolean } | undefined;

  constructor(name: string, { clock, log, store, archive, network }: SharedPorts) {
    this.name = name;
    this.#network = network;
    this.clock = {
      now: () => clock.now() + this.wallOffset,
      monotonic: () => clock.monotonic(),
      after: (milliseconds, action) => clock.after(milliseconds, () => this.deliver(action)),
      soon: (action) => clock.soon(() => this.deliver(action)),
    };
    this.log = {
      append: (topic, partition, bytes) => this.#ask(LOG, () => log.append(topic, partition, bytes)),
      read: (topic, partition, from, maxBytes) => this.#ask(LOG, () => log.read(topic, partition, from, maxBytes)),
      range: (topic, partition) => this.#ask(LOG, () => log.range(topic, partition)),
      tail: (topic, partition, from, receiver) =>
        this.#tail(log.tail(topic, partition, from, this.#receiver(receiver))),
      trim: (topic, partition, before) => this.#ask(LOG, () => log.trim(topic, partition, before)),
    };
    this.store = {
      get: (table, key) => this.#ask(STORE, () => store.get(table, key)),
      query: (table, query) => this.#ask(STORE, () => store.query(table, query)),
      put: (table, item) => this.#ask(STORE, () => store.put(table, item)),
      putAll: (puts) => this.#ask(STORE, () => store.putAll(puts)),
      remove: (table, keys) => this.#ask(STORE, () => store.remove(table, keys)),
    };
    this.archive = {
      create: (object, content) => this.#ask(ARCHIVE, () => archive.create(object, content)),
      read: (object) => this.#ask(ARCHIVE, () => archive.read(object)),
      list: (which) => this.#ask(ARCHIVE, () => archive.list(which)),
    };
  }

  get state(): State {
    return this.#state;
  }

  /** Does nothing more until it is resumed; what comes for it waits. */
  pause(): void {
    if (this.#state === "RUNS") this.#state = "PAUSED";
  }

  resume(): void {
    if (this.#state !== "PAUSED") return;
    this.#state = "RUNS";
    for (const action of this.#held.splice(0)) this.deliver(action);
  }

  /** `kill -9`. */
  kill(): void {
    if (this.#state === "DEAD") return;
    this.#state = "DEAD";
    this.#held = [];
    for (const hear of [...this.#deaths]) hear();
    this.#deaths.clear();
  }

  /**
   * `kill -9` at any point where it waits: at the `calls`-th call of the log, the store or the archive from now on, which is
   * handed over before or not.
   */
  killAt(calls: number, isHandedOver: boolean): void {
    this.#doom = { calls, isHandedOver };
  }

  /** It does not die as was said by `killAt`. */
  spare(): void {
    this.#doom = undefined;
  }

  /** Runs what reaches the process: now, when it is resumed, or never. */
  deliver(action: () => void): void {
    if (this.#state === "RUNS") action();
    else if (this.#state === "PAUSED") this.#held.push(action);
  }

  /** Hears of its death, as a peer whose connection breaks; the answer ends that. */
  onDeath(hear: () => void): () => void {
    if (this.#state === "DEAD") hear();
    else this.#deaths.add(hear);
    return () => void this.#deaths.delete(hear);
  }

  /** A call from outside: rejects, with what `broken` makes of it, when the process is gone, or goes before it has answered. */
  call<T>(action: () => Promise<T>, broken: (message: string) => Error = notReady): Promise<T> {
    return new Promise((resolve, reject) => {
      const forget = this.onDeath(() => reject(broken(`${this.name} is gone`)));
      const settle = (told: () => void) =>
        this.deliver(() => {
          forget();
          told();
        });
      this.deliver(() => {
        action().then(
          (value) => settle(() => resolve(value)),
          (error: Error) => settle(() => reject(error)),
        );
      });
    });
  }

  /** What the process hears of something it asked for elsewhere. */
  hear<T>(answer: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      answer.then(
        (value) => this.deliver(() => resolve(value)),
        (error: Error) => this.deliver(() => reject(error)),
      );
    });
  }

  /** A dead process asks for nothing. */
  #ask<T>(whom: string, action: () => Promise<T>): Promise<T> {
    if (this.#state !== "DEAD" && this.#doom !== undefined && --this.#doom.calls <= 0) {
      if (this.#doom.isHandedOver) action().catch(() => undefined);
      this.kill();
    }
    if (this.#state === "DEAD") return new Promise<T>(() => undefined);
    return new Promise((resolve, reject) => {
      const answer = (told: () => void) => this.#network.carry(whom, this.name, () => this.deliver(told));
      this.#network.carry(this.name, whom, () => {
        action().then(
          (value) => answer(() => resolve(value)),
          (error: Error) => answer(() => reject(error)),
        );
      });
    });
  }

  /** Nobody reads on for the dead. */
  #tail(tail: Tail): Tail {
    const forget = this.onDeath(() => tail.close());
    return {
      close: () => {
        forget();
        tail.close();
      },
    };
  }

  #receiver(receiver: TailReceiver): TailReceiver {
    return {
      receive: (records) => {
        if (this.tailLag > 0) return sleep(this.clock, this.tailLag).then(() => receiver.receive(records));
        return new Promise<void>((resolve, reject) => {
          this.#network.carry(LOG, this.name, () =>
            this.deliver(() => void Promise.resolve(receiver.receive(records)).then(resolve, reject)),
          );
        });
      },
      fail: (error) => this.deliver(() => receiver.fail(error)),
    };
  }
}
