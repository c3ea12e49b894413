import { dice } from "@atlas/assembly/simulated/dice";
import type { MemoryPlatform } from "@atlas/assembly/simulated/memory-platform";
import { AccountService } from "@atlas/gen/atlas/account/v1/account_service_pb";
import { OperationsService } from "@atlas/gen/atlas/operations/v1/operations_service_pb";
import { sleep } from "@atlas/platform/ports/clock";
import { ClientModel } from "../model/client-model.ts";
import { Violations } from "../model/violations.ts";
import { Administrator } from "./administrator.ts";
import { BatchClient } from "./batch-client.ts";
import { Operator } from "./operator.ts";
import { RandomClient } from "./random-client.ts";
import { Screen } from "./screen.ts";
import { SessionClient } from "./session-client.ts";

const FUNDS = { USD: "400000", BTC: "6", ETH: "80" };
/** Accounts on every shard, with their owners; two of one owner meet each other: that is what self-trade prevention is for. */
const OWNERS: Readonly<Record<string, string>> = { ada: "ada", "ada-b": "ada", bob: "bob", cyd: "cyd", dan: "dan" };

/** Whose client sends batches, where there is one. */
const IN_BATCHES = "eve";
/** Whose clients trade otherwise than by one call a request. */
const CLIENTS: Readonly<Record<string, typeof SessionClient | typeof BatchClient>> = {
  dan: SessionClient,
  [IN_BATCHES]: BatchClient,
};
const PAUSE = 120;
/** Mixed into the seed for what the operator draws, apart from the rest. */
const OPERATOR = 0x0e91;

/** Milliseconds after which the last append that a mishap held back has landed. */
const LONGEST_DELAY = 8_500;

/** How clients use a platform. */
interface FloorOptions {
  /** Milliseconds for which a screen keeps its stream, at most. */
  readonly stay?: number;
  /** Milliseconds until the next engine version is activated; absent: it never is. */
  readonly activatesAfter?: number | undefined;
  /** Somebody sends batches. */
  readonly hasBatches?: boolean;
}

/** Clients who trade on a platform and watch it, and what they were told. */
export class TradingFloor {
  readonly violations = new Violations();
  readonly clients = new ClientModel(this.violations);
  readonly accounts: string[] = [];
  /** One of each account. */
  readonly screens: Screen[] = [];
  readonly seed: number;
  readonly platform: MemoryPlatform;
  traders: readonly (RandomClient | SessionClient | BatchClient)[] = [];
  #administrator: Administrator | undefined;
  readonly #operator: Operator;
  #trading: Promise<unknown> = Promise.resolve();

  constructor(platform: MemoryPlatform, seed: number) {
    this.platform = platform;
    this.seed = seed;
    this.#operator = new Operator(platform, this.violations, dice(seed ^ OPERATOR));
  }

  /** Those of the traders who trade on sessions. */
  get sessions(): readonly SessionClient[] {
    return this.traders.filter((trader) => trader instanceof SessionClient);
  }

  /** Those who send batches. */
  get batchers(): readonly BatchClient[] {
    return this.traders.filter((trader) => trader instanceof BatchClient);
  }

  /** The engine version that every shard was said to decide by. */
  get engineVersion(): number {
    return this.#operator.activeVersion;
  }

  /** Opens accounts and lets their clients trade; `pause`: milliseconds between two requests of one, about. */
  async open(pause = PAUSE, { stay, activatesAfter, hasBatches = false }: FloorOptions = {}): Promise<this> {
    const { platform, seed } = this;
    const owners = hasBatches ? { ...OWNERS, [IN_BATCHES]: IN_BATCHES } : OWNERS;
    for (const [account, owner] of Object.entries(owners)) {
      this.accounts.push(await platform.account(account, FUNDS, owner));
    }
    this.traders = this.accounts.map((account, index) => {
      const roll = dice(seed * 100 + index);
      const Client = CLIENTS[account] ?? RandomClient;
      return new Client(platform, this.clients, account, roll, pause);
    });
    this.screens.push(
      ...this.accounts.map((account, index) => new Screen(platform, account, dice(seed * 100 + 50 + index), stay)),
    );
    for (const screen of this.screens) void screen.show();
    const models = { model: this.clients, violations: this.violations };
    this.#administrator = new Administrator(platform, models, this.accounts, dice(seed * 100 + 99));
    this.#trading = Promise.all([
      ...this.traders.map((trader) => trader.trade()),
      this.#administrator.work(),
      activatesAfter === undefined ? undefined : this.#operator.activateAfter(activatesAfter),
    ]);
    this.#trading.catch((error: Error) => this.violations.check("LIVE", false, () => error.message));
    return this;
  }

  /** With everything healed: lets every client learn what came of its requests, and waits until nothing is on its way or will be. */
  async close(): Promise<void> {
    const { platform } = this;
    for (const trader of this.traders) trader.stop();
    this.#administrator?.stop();
    await platform.run(this.#trading);
    await platform.clock.advance(LONGEST_DELAY);
    await this.settle();
    platform.stopTicks();
    await this.settle();
    for (const screen of this.screens) screen.stop();
  }

  /** Waits until nothing is on its way to a venue or from it, and the store shows everything. */
  async settle(): Promise<void> {
    const { platform } = this;
    const done = async () => {
      for (let quiet = 0; quiet < 3; ) {
        await sleep(platform.clock, 700);
        quiet = (await this.#isStored()) ? quiet + 1 : 0;
      }
    };
    await platform.run(done());
  }

  /** The store shows all that order shards have decided. */
  async #isStored(): Promise<boolean> {
    const state = await this.platform
      .client(OperationsService)
      .getSystemState({})
      .catch(() => undefined);
    return state?.shards.every(({ storeLag }) => storeLag === 0n) === true;
  }

  /** What an account holds, as the platform answers. */
  async balances(accountId: string) {
    return (await this.platform.run(this.platform.client(AccountService).listBalances({ accountId }))).balances;
  }
}
