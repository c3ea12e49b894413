import { Side } from "@atlas/gen/atlas/order/v1/order_pb";
import type { Address } from "../platform/api.ts";
import { floorOrder, type Pair } from "../platform/floor.ts";
import { workInOtherProcess } from "../platform/other-process.ts";
import { Samples, type Summary } from "../platform/samples.ts";
import { wait } from "../platform/wait.ts";
import { type LoadSession, openLoadSession } from "./load-session.ts";

export interface SessionLoadOptions {
  readonly address: Address;
  readonly pairs: readonly Pair[];
  readonly seconds: number;
  /** Seconds before that, in which orders are sent as well but their times not taken. */
  readonly warmUp: number;
  /** Orders a second, all sessions together, sent at fixed times; 0: as many as the windows take. */
  readonly rate: number;
  /** Orders that a session may have unfilled when there is no rate. */
  readonly window: number;
}

export interface SessionLoadResult {
  /** Orders of each pair's side; equal for both. */
  readonly sent: readonly number[];
  /** From the first order sent to the last one filled. */
  readonly seconds: number;
  /** From the intended time of an order to its answer, and to its last fill. */
  readonly decided: Summary;
  readonly filled: Summary;
  readonly refused: number;
  readonly firstRefusal: string;
  /** Orders without an answer or a fill at the end. */
  readonly lost: number;
  /** Answers and fills that nobody waited for. */
  readonly doubled: number;
}

/** How long the last orders may take. */
const PATIENCE = 20_000;
const TIMER = 1;

/** Sends orders on sessions, one for each account, and hears their answers and fills. */
async function load(options: SessionLoadOptions): Promise<SessionLoadResult> {
  const { address, pairs, window } = options;
  const warm = performance.now() + 1000 * options.warmUp;
  const times = { from: warm, decided: new Samples(), filled: new Samples() };
  const sessions: LoadSession[] = [];
  for (const { instrumentId, buyer, seller } of pairs) {
    sessions.push(await openLoadSession(address, buyer, floorOrder(instrumentId, Side.BUY), times));
    sessions.push(await openLoadSession(address, seller, floorOrder(instrumentId, Side.SELL), times));
  }
  const began = performance.now();
  const lasting = options.warmUp + options.seconds;
  if (options.rate === 0) await keepFull(sessions, window, began + lasting * 1000);
  else await sendInTime(sessions, options.rate, lasting, began);
  await evenOut(sessions);
  await untilFilled(sessions);
  const seconds = (performance.now() - began) / 1000;
  for (const session of sessions) session.close();
  return {
    sent: pairs.map((_, index) => (sessions[2 * index] as LoadSession).sent),
    seconds,
    decided: times.decided.summary(),
    filled: times.filled.summary(),
    refused: total(sessions, ({ refused }) => refused),
    firstRefusal: sessions.map(({ firstRefusal }) => firstRefusal).find((text) => text !== "") ?? "",
    lost: total(sessions, ({ undecided, unfilled }) => undecided + unfilled),
    doubled: total(sessions, ({ doubled }) => doubled),
  };
}

/** A filled order makes room for the next one, in the same turn. */
async function keepFull(sessions: readonly LoadSession[], window: number, end: number): Promise<void> {
  for (const session of sessions) session.keepUnfilled(window);
  await wait(end - performance.now());
  for (const session of sessions) session.keepUnfilled(0);
}

/** Sends the orders that are due, whatever became of those before: a late platform is charged for the wait. */
async function sendInTime(
  sessions: readonly LoadSession[],
  rate: number,
  seconds: number,
  began: number,
): Promise<void> {
  const orders = Math.floor(rate * seconds);
  const interval = 1000 / rate;
  for (let sent = 0; sent < orders; ) {
    const due = Math.min(orders, Math.floor((performance.now() - began) / interval) + 1);
    for (; sent < due; sent++) (sessions[sent % sessions.length] as LoadSession).send(began + sent * interval);
    await wait(TIMER);
  }
}

/** Both sides of a pair have sent as much: everything meets its counterpart. */
async function evenOut(sessions: readonly LoadSession[]): Promise<void> {
  for (let index = 0; index < sessions.length; index += 2) {
    const buyer = sessions[index] as LoadSession;
    const seller = sessions[index + 1] as LoadSession;
    const lagging = buyer.sent < seller.sent ? buyer : seller;
    const missing = Math.abs(buyer.sent - seller.sent);
    for (let count = 0; count < missing; count++) lagging.send(performance.now());
  }
}

async function untilFilled(sessions: readonly LoadSession[]): Promise<void> {
  const end = performance.now() + PATIENCE;
  while (performance.now() < end && sessions.some(({ undecided, unfilled }) => undecided + unfilled > 0)) await wait(2);
}

function total(sessions: readonly LoadSession[], of: (session: LoadSession) => number): number {
  return sessions.reduce((sum, session) => sum + of(session), 0);
}

workInOtherProcess(load);
