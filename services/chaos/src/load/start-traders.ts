import { dice } from "@atlas/assembly/simulated/dice";
import { type AtlasClient, atlasClient } from "@atlas/cli/client/atlas-client";
import { CallRoad } from "./call-road.ts";
import type { ClientBook } from "./client-book.ts";
import { prepareAccounts } from "./prepare.ts";
import { SessionRoad } from "./session-road.ts";
import { Trader } from "./trader.ts";

/** Half of them trade by calls, half on sessions. */
const ACCOUNTS = 12;

export interface LoadTerms {
  readonly gateways: readonly string[];
  readonly key: string;
  readonly seed: number;
}

/** Makes accounts, and a client for each that has paid in what it trades with. */
export async function startTraders({ gateways, key, seed }: LoadTerms, book: ClientBook): Promise<Trader[]> {
  const atlas = atlasClient(gateways[0] as string, key);
  const accounts = await prepareAccounts(atlas, ACCOUNTS);
  atlas.close();
  const traders = accounts.map((accountId, home) => {
    const calls = new CallRoad(clientsOf(gateways, key), home);
    const isSession = home % 2 === 1;
    const told = { began: book.began.bind(book, accountId), filled: book.fill.bind(book) };
    const session = { gateways, home: (home - 1) / 2, key, accountId, calls, ...told };
    const road = isSession ? new SessionRoad(session) : calls;
    return new Trader(accountId, road, book, dice(seed + home + 1));
  });
  await Promise.all(traders.map((trader) => trader.fund()));
  return traders;
}

function clientsOf(gateways: readonly string[], key: string): AtlasClient[] {
  return gateways.map((url) => atlasClient(url, key));
}
