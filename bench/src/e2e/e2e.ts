import { printFigure } from "../figure.ts";
import type { Address } from "../platform/api.ts";
import { checkFloor, floorPairs, openFloor, type Pair } from "../platform/floor.ts";
import { startOtherProcess } from "../platform/other-process.ts";
import { note, printSummary, rounded } from "../platform/samples.ts";
import { type StartedPlatform, startPlatform } from "../platform/started-platform.ts";
import { usageOf } from "../platform/usage.ts";
import type { SubscribersOptions, SubscribersResult } from "../stream/subscribers.ts";
import type { SessionLoadOptions, SessionLoadResult } from "./session-load.ts";
import type { UnaryLoadOptions, UnaryLoadResult } from "./unary-load.ts";

const PAIRS = 4;
/** As many as a session's window takes. */
const WINDOW = 256;
const WARM_UP = 4;
const SECONDS = 10;
const RATES = [2_000, 5_000, 10_000, 15_000, 20_000];
const RATE_SECONDS = 15;
const RATE_WARM_UP = 3;
/** A rate above this share of what full windows reach shows only how a queue grows. */
const WITHIN_REACH = 0.9;
const BATCHES = [100, 500];

/** Submit to fill over sockets against a platform in a process of its own, load and subscriber in others. */
export async function run(): Promise<void> {
  const platform = await startPlatform();
  try {
    const { url, key } = platform;
    const address: Address = { url, key };
    const pairs = floorPairs("bench", PAIRS);
    await openFloor(address, pairs);
    const bench = new Bench(platform, address, pairs);
    const subscriber = startOtherProcess<SubscribersOptions, SubscribersResult>(
      new URL("../stream/subscribers.ts", import.meta.url),
      { address, connections: 1, streams: 1, instrumentIds: bench.instrumentIds, readEvery: 1, settle: 0 },
    );
    await bench.full();
    await bench.calls();
    subscriber.finish();
    bench.compare(await subscriber.result);
    await bench.rates();
    await bench.check();
  } finally {
    await platform.stop();
  }
}

class Bench {
  readonly #platform: StartedPlatform;
  readonly #address: Address;
  readonly #pairs: readonly Pair[];
  readonly #filled: number[];

  constructor(platform: StartedPlatform, address: Address, pairs: readonly Pair[]) {
    this.#platform = platform;
    this.#address = address;
    this.#pairs = pairs;
    this.#filled = pairs.map(() => 0);
  }

  get instrumentIds(): string[] {
    return this.#pairs.map(({ instrumentId }) => instrumentId);
  }

  /** As fast as windows allow, watched by the subscriber. */
  async full(): Promise<void> {
    await this.#session(WARM_UP, 0);
    const before = usageOf(this.#platform.process.pid as number);
    const full = await this.#session(SECONDS, 0);
    const after = usageOf(this.#platform.process.pid as number);
    const orders = ordersOf(full.sent);
    const reached = orders / full.seconds;
    figure("session", "throughput", reached, "orders/s");
    figure("session", "server_cpu", ((after.cpu - before.cpu) / orders) * 1000, "us/order");
    printSummary("e2e", "session, windows full", "fill", full.filled);
  }

  /** At fixed rates, without the subscriber: what an order costs is to decide, not what a third process takes of the machine. */
  async rates(): Promise<void> {
    const full = await this.#session(WARM_UP, 0);
    const reached = ordersOf(full.sent) / full.seconds;
    figure("session, nobody subscribed", "throughput", reached, "orders/s");
    for (const rate of RATES) {
      if (rate > reached * WITHIN_REACH) {
        note(`${rate} orders/s is out of reach`);
        continue;
      }
      const { decided, filled } = await this.#session(RATE_SECONDS, rate, RATE_WARM_UP);
      printSummary("e2e", `session, ${rate} orders/s`, "decision", decided);
      printSummary("e2e", `session, ${rate} orders/s`, "fill", filled);
    }
  }

  async calls(): Promise<void> {
    for (const batch of BATCHES) {
      const many = await this.#call({ seconds: 6, callsPerAccount: 2, alone: false, batch });
      figure(`batches of ${batch}`, "throughput", ordersOf(many.sent) / many.filledSeconds, "orders/s");
      printSummary("e2e", `batches of ${batch}`, "answer", many.answered);
    }
    const alone = await this.#call({ seconds: 5, callsPerAccount: 1, alone: true, batch: 0 });
    printSummary("e2e", "unary, one at a time", "decision", alone.answered);
    const together = await this.#call({ seconds: 6, callsPerAccount: 8, alone: false, batch: 0 });
    figure("unary, 64 at a time", "throughput", ordersOf(together.sent) / together.filledSeconds, "orders/s");
    printSummary("e2e", "unary, 64 at a time", "decision", together.answered);
  }

  /** The subscriber heard every trade until now, in order. */
  compare({ disorders, resyncs, mostTrades }: SubscribersResult): void {
    const trades = this.#trades();
    if (disorders > 0) throw new Error(`${disorders} trades reached the subscriber out of order`);
    if (resyncs === 0 && mostTrades !== trades)
      throw new Error(`the subscriber heard ${mostTrades} trades of ${trades}`);
    note(`${trades} trades; the subscriber had ${resyncs} resyncs`);
  }

  /** Nothing lost, nothing doubled, by the balances. */
  async check(): Promise<void> {
    const wrong = await checkFloor(this.#address, this.#pairs, this.#filled);
    note(`${2 * this.#trades()} orders, ${this.#trades()} trades`);
    if (wrong.length > 0) throw new Error(wrong.join("; "));
  }

  #trades(): number {
    return this.#filled.reduce((sum, count) => sum + count, 0);
  }

  async #session(seconds: number, rate: number, warmUp = 0): Promise<SessionLoadResult> {
    const { result } = startOtherProcess<SessionLoadOptions, SessionLoadResult>(
      new URL("./session-load.ts", import.meta.url),
      { address: this.#address, pairs: this.#pairs, seconds, warmUp, rate, window: WINDOW },
    );
    const measured = await result;
    this.#count(measured.sent);
    const { refused, firstRefusal, lost, doubled } = measured;
    if (refused + lost + doubled > 0) {
      throw new Error(`${refused} refused (${firstRefusal}), ${lost} lost, ${doubled} doubled`);
    }
    return measured;
  }

  async #call(options: Omit<UnaryLoadOptions, "address" | "pairs">): Promise<UnaryLoadResult> {
    const { result } = startOtherProcess<UnaryLoadOptions, UnaryLoadResult>(
      new URL("./unary-load.ts", import.meta.url),
      { address: this.#address, pairs: this.#pairs, ...options },
    );
    const measured = await result;
    this.#count(measured.sent);
    if (measured.refused > 0) throw new Error(`${measured.refused} refused (${measured.firstRefusal})`);
    return measured;
  }

  #count(sent: readonly number[]): void {
    for (const [index, count] of sent.entries()) this.#filled[index] = (this.#filled[index] ?? 0) + count;
  }
}

/** Both sides of every pair. */
function ordersOf(sent: readonly number[]): number {
  return 2 * sent.reduce((sum, count) => sum + count, 0);
}

function figure(subject: string, metric: string, value: number, unit: string): void {
  printFigure({ bench: "e2e", subject, metric, value: rounded(value), unit });
}
