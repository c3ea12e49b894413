import { defineInstrument, type Instrument } from "@atlas/domain/instrument/instrument";
import type { NewOrder } from "@atlas/domain/limits/new-order";
import type { OmsCommand, OmsInput, VenueReportInput } from "@atlas/domain/oms/oms-command";
import type { Listing } from "@atlas/domain/order/listing";

const START = 1_767_225_600_000;
const INSTRUMENT = "BTC-USD";
/** Ticks of the price that everything trades at: 50,000. */
const PRICE = 5_000_000;
const LOTS = 100;

/** Clients' commands and a venue's reports as an order shard meets them, and how many of each. */
export interface OrderFlow {
  readonly inputs: readonly OmsInput[];
  readonly submits: number;
}

/**
 * Orders of `accounts` accounts: a maker rests and is met by a taker, both filled; every tenth maker is canceled instead.
 * The venue's totals are stamped on the trades, so that conservation is checked.
 */
export function orderFlow(orders: number, accounts: number): OrderFlow {
  const writer = new FlowWriter();
  writer.prepare(accounts);
  const submits = writer.trade(orders, accounts);
  return { inputs: writer.inputs, submits };
}

class FlowWriter {
  readonly inputs: OmsInput[] = [];
  #now = START;
  #requests = 0;
  #reports = 0;
  #base = 0n;
  #quote = 0n;

  prepare(accounts: number): void {
    this.#put({ kind: "DEFINE_INSTRUMENT", commandId: "", listing: listing() });
    for (let number = 0; number < accounts; number++) {
      const accountId = `account-${number}`;
      this.#put({ kind: "CREATE_ACCOUNT", head: this.#head(accountId), ownerId: accountId });
      for (const [asset, amount] of [
        ["USD", "100000000"],
        ["BTC", "10000"],
      ] as const) {
        this.#put({ kind: "DEPOSIT", head: this.#head(accountId), asset, amount });
      }
    }
  }

  trade(orders: number, accounts: number): number {
    let submits = 0;
    for (let number = 0; submits < orders; number++) {
      if (number % 8 === 0) this.#now += 1;
      const maker = `account-${number % accounts}`;
      const taker = `account-${(number * 7 + 1) % accounts}`;
      const sells = number % 2 === 0;
      const made = this.#submit(maker, sells);
      this.#report(made, maker, sells, "NEW", 0);
      submits++;
      if (number % 10 === 9) {
        this.#put({ kind: "CANCEL", head: this.#head(maker), orderId: made });
        this.#report(made, maker, sells, "CANCELED", 0);
        continue;
      }
      const taken = this.#submit(taker, !sells);
      submits++;
      this.#report(made, maker, sells, "TRADE", LOTS);
      this.#report(taken, taker, !sells, "TRADE", LOTS);
    }
    return submits;
  }

  #submit(accountId: string, sells: boolean): string {
    const head = this.#head(accountId);
    this.#put({ kind: "SUBMIT", head, order: newOrder(sells) });
    return head.orderId;
  }

  #report(
    orderId: string,
    accountId: string,
    sells: boolean,
    executionType: VenueReportInput["executionType"],
    lots: number,
  ): void {
    const notional = 50_000_000_000n * BigInt(lots / LOTS);
    const base = 1_000_000n * BigInt(lots / LOTS);
    this.#quote += sells ? -notional : notional;
    this.#base += sells ? base : -base;
    const totals = [
      { asset: "BTC", amountMinor: this.#base },
      { asset: "USD", amountMinor: this.#quote },
    ];
    this.inputs.push(
      this.#input(
        {
          kind: "REPORT",
          commandId: "",
          orderId,
          version: 1,
          accountId,
          instrumentId: INSTRUMENT,
          side: sells ? "SELL" : "BUY",
          executionType,
          lastQuantityLots: lots,
          lastPriceTicks: lots === 0 ? 0 : PRICE,
          leavesLots: executionType === "NEW" ? LOTS : 0,
          cumulativeLots: lots,
          liquidity: lots === 0 ? undefined : "TAKER",
          matchId: lots === 0 ? "" : `v0-${this.#reports >> 1}`,
          linkTotals: lots === 0 ? [] : totals,
          occurredAt: this.#now,
        },
        "venue/0",
        ++this.#reports,
      ),
    );
  }

  #put(command: OmsCommand): void {
    this.inputs.push(this.#input(command, "gAAAAAAAAAAA", this.inputs.length));
  }

  #input(command: OmsCommand, source: string, number: number): OmsInput {
    const link = { source, number, chain: 0n };
    return { offset: this.inputs.length, index: 0, appendTime: this.#now, link, command };
  }

  #head(accountId: string) {
    const number = ++this.#requests;
    const requestId = `01900000-0000-7000-8000-${String(number).padStart(12, "0")}`;
    const contentDigest = new Uint8Array(16);
    new DataView(contentDigest.buffer).setUint32(0, number);
    return {
      commandId: `c-${number}`,
      accountId,
      requestId,
      contentDigest,
      principal: { userId: "user", keyId: "key" },
      sessionId: "session",
      quote: { bid: "49990", ask: "50010", last: "50000", time: this.#now },
      validUntil: this.#now + 15_000,
      evidence: undefined,
      orderId: `00${String(number).padStart(20, "0")}`,
    };
  }
}

function listing(): Listing {
  const definition = {
    instrumentId: INSTRUMENT,
    baseAsset: "BTC",
    quoteAsset: "USD",
    tickMinor: 1_000_000,
    lotMinor: 10_000,
  };
  return {
    instrument: defineInstrument(definition) as Instrument,
    minimumNotionalMinor: 100_000_000n,
    maximumNotionalMinor: 1_000_000_000_000_000n,
    defaultMaximumLots: 1_000_000,
    makerRateE8: 20_000n,
    takerRateE8: 50_000n,
    collarE8: 5_000_000n,
    version: 1,
  };
}

function newOrder(sells: boolean): NewOrder {
  return {
    clientOrderId: "",
    instrumentId: INSTRUMENT,
    side: sells ? "SELL" : "BUY",
    type: "LIMIT",
    timeInForce: "GTC",
    quantity: "0.01",
    limitPrice: "50000",
    stopPrice: "",
    hasTrailing: false,
    displayQuantity: "",
    hidden: false,
    minimumQuantity: "",
    hasPeg: false,
    hasExpireTime: false,
    postOnly: false,
    reduceOnly: false,
    selfTradePrevention: "CANCEL_NEWEST",
    groupId: "",
  };
}
