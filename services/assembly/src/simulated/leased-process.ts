import { LeaseKeeper } from "@atlas/platform/lease/lease-keeper";
import { LeaseTable } from "@atlas/platform/lease/lease-table";
import { LeaseView } from "@atlas/platform/lease/lease-view";
import { LeasedDirectory } from "@atlas/platform/lease/leased-directory";
import type { Clock } from "@atlas/platform/ports/clock";
import { type Store, StoreUnavailable, WriteUnknown } from "@atlas/platform/ports/store";
import type { ShardClient, ShardDirectory } from "@atlas/platform/shard/shard-client";
import type { Dice } from "./dice.ts";
import type { FaultyWorld } from "./faulty-world.ts";
import { HotShards } from "./hot-shards.ts";
import { NamedShards } from "./named-shards.ts";
import { type RemoteOwner, remoteShards } from "./remote-shards.ts";
import type { SimulatedProcess } from "./simulated-process.ts";

/** Milliseconds without a new beat after which a process owns nothing (S21). */
const PATIENCE = 4_000;
/** And for an answer of the store. */
const STORE_PATIENCE = 3_000;
/** Until who followed in vain follows again. */
const FOLLOW_AGAIN = 100;

/** What a process is started as. */
export interface LeasedProcessTerms {
  /** Those of its shards, `gateway` for one that asks and follows all of them. */
  readonly roles: readonly string[];
  /** How many shards of others it keeps hot. */
  readonly standby: number;
}

/** What all processes share. */
export interface LeasedProcessWorld {
  readonly world: FaultyWorld;
  /** Hears of what no keeper of leases may do. */
  readonly failed: (problem: string) => void;
  /** All shards there are, by the role that owns them. */
  readonly shards: ReadonlyMap<string, readonly string[]>;
  /** The process that listens at an address. */
  readonly at: (address: string) => LeasedProcess | undefined;
  readonly note: (line: string) => void;
}

/** A process as leases know it: its keeper, its view and its directory are the platform's, its shards are names. */
export class LeasedProcess implements RemoteOwner {
  readonly terms: LeasedProcessTerms;
  readonly process: SimulatedProcess;
  readonly keeper: LeaseKeeper;
  readonly view: LeaseView;
  readonly directory: LeasedDirectory;
  readonly shards: NamedShards;
  /** As others reach them. */
  readonly inside: { readonly shards: ShardDirectory };
  readonly #hot: HotShards;
  /** When it last heard of each shard that it follows. */
  readonly heard = new Map<string, number>();
  /** How often it was paused. */
  pauses = 0;
  hasResigned = false;
  /** It was asked to stop in order. */
  isStopping = false;

  constructor(terms: LeasedProcessTerms, shared: LeasedProcessWorld, roll: Dice) {
    const { world, failed, shards, at, note } = shared;
    this.terms = terms;
    const process = world.process("member");
    this.process = process;
    const { clock, name } = process;
    const warn = (message: string, facts: object) => note(`${name}: ${message} ${JSON.stringify(facts)}`);
    const table = new LeaseTable(impatient(process.store, clock), warn);
    this.view = new LeaseView(table, clock);
    const hot = new HotShards(clock);
    this.#hot = hot;
    const served = new NamedShards(clock, roll, failed, (shard) => hot.isHot(shard));
    this.shards = served;
    this.inside = { shards: refusing(served) };
    this.directory = new LeasedDirectory({
      ...{ clock, view: this.view, here: { process: name, shards: served } },
      connect: (address) => remoteShards(process, world.network, () => at(address)),
    });
    const own = new Map([...shards].filter(([role]) => terms.roles.includes(role)));
    this.keeper = new LeaseKeeper(
      {
        ...{ clock, warn, table, view: this.view, patience: PATIENCE, shards: own },
        beat: () => ({ process: name, address: name, roles: this.#roles() }),
        ...(terms.standby > 0 ? { isHot: (shard: string) => hot.isHot(shard) } : {}),
      },
      {
        taken: (shard) => {
          note(`${name} has ${shard}`);
          served.taken(shard);
        },
        given: (shard, why) => {
          note(`${name} gives ${shard}: ${why}`);
          return served.given(shard, why);
        },
      },
    );
    this.keeper.start();
    if (terms.standby > 0) hot.keep(this.view, name, [...own.values()].flat(), terms.standby);
    if (this.isGateway) for (const shard of [...shards.values()].flat()) this.#follow(shard);
  }

  get isGateway(): boolean {
    return this.terms.roles.includes("gateway");
  }

  /** Whether it could serve a shard of another at once. */
  isHot(shard: string): boolean {
    return this.#hot.isHot(shard);
  }

  get isRunning(): boolean {
    return this.process.state === "RUNS";
  }

  /** Whether it may have shards of a role. */
  mayOwn(role: string): boolean {
    return this.terms.roles.includes(role) && !this.hasResigned && !this.isStopping;
  }

  pause(): void {
    this.pauses++;
    this.process.pause();
  }

  /** It lacks the rules that are to be decided by (S26). */
  resign(): void {
    this.hasResigned = true;
    this.keeper.resign();
  }

  /** In order: resolves when it has ended. */
  async stop(): Promise<void> {
    if (this.isStopping) return;
    this.isStopping = true;
    await this.keeper.stop();
    this.directory.close();
    this.process.kill();
  }

  #roles(): string[] {
    return this.hasResigned ? this.terms.roles.filter((role) => role === "gateway") : [...this.terms.roles];
  }

  /** For as long as it lives, from whoever owns it. */
  #follow(shard: string): void {
    const { clock } = this.process;
    this.directory.client(shard).follow(0, {
      receive: () => void this.heard.set(shard, clock.monotonic()),
      fail: () => void clock.after(FOLLOW_AGAIN, () => this.#follow(shard)),
    });
  }
}

/** What is not served here is refused in the answer: to who asks from elsewhere nothing is thrown. */
function refusing(shards: ShardDirectory): ShardDirectory {
  const client = (shard: string): ShardClient => ({
    read: async (request, deadline) => shards.client(shard).read(request, deadline),
    resend: async (request, deadline) => shards.client(shard).resend(request, deadline),
    follow(after, receiver) {
      try {
        return shards.client(shard).follow(after, receiver);
      } catch (error) {
        receiver.fail(error as Error);
        return { close: () => undefined };
      }
    },
  });
  return { client };
}

/** As a client of the real store: what is not answered in time is given up, and may still happen. */
function impatient(store: Store, clock: Clock): Store {
  const within = <T>(answer: Promise<T>, late: Error): Promise<T> =>
    new Promise((resolve, reject) => {
      const cancel = clock.after(STORE_PATIENCE, () => reject(late));
      answer.then(resolve, reject).finally(cancel);
    });
  return {
    get: (table, key) => within(store.get(table, key), new StoreUnavailable("no answer")),
    query: (table, query) => within(store.query(table, query), new StoreUnavailable("no answer")),
    put: (table, item) => within(store.put(table, item), new WriteUnknown("no answer")),
    putAll: (puts) => within(store.putAll(puts), new WriteUnknown("no answer")),
    remove: (table, keys) => within(store.remove(table, keys), new WriteUnknown("no answer")),
  };
}
