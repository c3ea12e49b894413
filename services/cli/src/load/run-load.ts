import type { AtlasClient } from "../client/atlas-client.ts";
import { batchLane, unaryLane } from "./call-lane.ts";
import type { Lane, Losses } from "./lane.ts";
import { OrderTable } from "./order-table.ts";
import { type Percentiles, percentiles } from "./percentiles.ts";
import { prepareAccounts } from "./prepare.ts";
import { sessionLane } from "./session-lane.ts";
import { verify } from "./verify.ts";

export interface LoadTerms {
  readonly orders: number;
  readonly sessions: number;
  readonly mode: "unary" | "batch" | "session";
  /** Orders a second over all sessions; 0: as fast as windows allow. */
  readonly rate: number;
  readonly window: number;
  /** Milliseconds. */
  readonly retryFor: number;
}

/** The line that `atlas load` prints. */
export interface LoadFigures {
  readonly mode: string;
  readonly orders: number;
  readonly sessions: number;
  /** From the first sending to the last fill. */
  readonly seconds: number;
  readonly per_second: number;
  /** Sending to fill, from the intended times when there is a rate. */
  readonly latency_ms: Percentiles | undefined;
  /** Sending to answer. */
  readonly decision_ms: Percentiles | undefined;
  readonly lost: number;
  readonly doubled: number;
  /** Requests sent again, and those unanswered at each break of the connections. */
  readonly repeated: number;
  readonly unanswered: readonly number[];
  /** What does not hold, in words. */
  readonly broken: readonly string[];
}

const LANES: Readonly<Record<LoadTerms["mode"], Lane>> = {
  unary: unaryLane,
  batch: batchLane,
  session: sessionLane,
};

/** No order got further for so long, beyond the time of retrying: what has not come by then is lost. Milliseconds. */
const PATIENCE = 30_000;

/** Who hears how a run goes. */
export interface LoadObserver {
  /** The part that is filled, 0 to 1, and how many orders that are; ten times a second. */
  progress(part: number, filled: number): void;
  /** Something that a person should know, in words. */
  notice(text: string): void;
}

/** Makes accounts, sends orders until all are filled, and checks the end. */
export async function runLoad(atlas: AtlasClient, terms: LoadTerms, observer: LoadObserver): Promise<LoadFigures> {
  const counts = shares(terms.orders, terms.sessions);
  const accounts = await prepareAccounts(atlas, counts, terms.retryFor);
  const tables = new Map(accounts.map((accountId, index) => [accountId, new OrderTable(counts[index] as number)]));
  const losses: Losses = { unanswered: [], repeated: 0, notice: observer.notice };
  const ending = new AbortController();
  const watchdog = watch([...tables.values()], terms.retryFor + PATIENCE, observer, () => ending.abort());
  observer.notice(`sending ${terms.orders} orders from ${accounts.length} accounts`);
  const begin = performance.now();
  try {
    await Promise.all(
      [...tables].map(([accountId, orders], lane) =>
        LANES[terms.mode]({
          atlas,
          accountId,
          orders,
          window: terms.window,
          retryFor: terms.retryFor,
          dueAt: (index) => (terms.rate === 0 ? 0 : begin + ((index * counts.length + lane) * 1_000) / terms.rate),
          losses,
          signal: ending.signal,
        }),
      ),
    );
  } finally {
    clearInterval(watchdog);
  }
  observer.notice("comparing what was sent with what the platform has");
  const verdict = await verify(atlas, tables, terms.retryFor);
  return { ...figures(terms, [...tables.values()], losses), ...verdict };
}

/** An even number for each session, so that its orders can fill one another. */
function shares(orders: number, sessions: number): number[] {
  const pairs = Math.ceil(orders / 2);
  const used = Math.min(sessions, pairs);
  return Array.from({ length: used }, (_, index) => 2 * (Math.floor(pairs / used) + (index < pairs % used ? 1 : 0)));
}

function watch(
  tables: readonly OrderTable[],
  patience: number,
  observer: LoadObserver,
  stalled: () => void,
): NodeJS.Timeout {
  const total = tables.reduce((sum, table) => sum + table.count, 0);
  let last = -1;
  let movedAt = performance.now();
  return setInterval(() => {
    const filled = tables.reduce((sum, table) => sum + table.filled, 0);
    const moved = tables.reduce((sum, table) => sum + table.filled + table.decided, 0);
    if (moved !== last) movedAt = performance.now();
    last = moved;
    observer.progress(filled / total, filled);
    if (performance.now() - movedAt > patience) stalled();
  }, 100);
}

function figures(
  terms: LoadTerms,
  tables: readonly OrderTable[],
  losses: Losses,
): Omit<LoadFigures, "lost" | "doubled" | "broken"> {
  let first = Number.POSITIVE_INFINITY;
  let last = 0;
  for (const table of tables) {
    for (const time of table.sentAt) if (time !== 0 && time < first) first = time;
    for (const time of table.filledAt) if (time > last) last = time;
  }
  const seconds = last > first ? (last - first) / 1_000 : 0;
  const filled = tables.reduce((sum, table) => sum + table.filled, 0);
  return {
    mode: terms.mode,
    orders: tables.reduce((sum, table) => sum + table.count, 0),
    sessions: tables.length,
    seconds: Math.round(seconds * 1_000) / 1_000,
    per_second: seconds === 0 ? 0 : Math.round(filled / seconds),
    latency_ms: percentiles(tables.map((table) => table.latencies(table.filledAt))),
    decision_ms: percentiles(tables.map((table) => table.latencies(table.decidedAt))),
    repeated: losses.repeated,
    unanswered: losses.unanswered.map(({ count }) => count),
  };
}
