import { RecordingError } from "./recorded-step.ts";

/** Price and quantity as recorded. */
export type RecordedPair = readonly [string, string];

/** A line of a raw Binance spot capture: receive time in nanoseconds, a space, the message. */
export type BinanceLine =
  | {
      readonly kind: "SNAPSHOT";
      readonly time: bigint;
      readonly lastUpdate: number;
      readonly bids: readonly RecordedPair[];
      readonly asks: readonly RecordedPair[];
    }
  | {
      readonly kind: "DEPTH";
      readonly time: bigint;
      readonly lastUpdate: number;
      readonly bids: readonly RecordedPair[];
      readonly asks: readonly RecordedPair[];
    }
  | {
      readonly kind: "TRADE";
      readonly time: bigint;
      readonly price: string;
      readonly quantity: string;
      readonly buyerIsMaker: boolean;
    }
  /** Of no use here, such as the best bid and ask, which the depth holds. */
  | { readonly kind: "OTHER"; readonly time: bigint };

/** Throws `RecordingError`. */
export function parseBinanceLine(line: string): BinanceLine {
  const space = line.indexOf(" ");
  const digits = line.slice(0, space);
  if (!/^\d{1,19}$/.test(digits)) throw new RecordingError("no receive time in nanoseconds in front");
  const time = BigInt(digits);
  const message = parseJson(line.slice(space + 1));
  if ("lastUpdateId" in message) {
    const { lastUpdateId, bids, asks } = message;
    return { kind: "SNAPSHOT", time, lastUpdate: numberOf(lastUpdateId), bids: pairsOf(bids), asks: pairsOf(asks) };
  }
  const content = isObject(message.data) ? message.data : message;
  if (content.e === "depthUpdate") {
    const { u, b, a } = content;
    return { kind: "DEPTH", time, lastUpdate: numberOf(u), bids: pairsOf(b), asks: pairsOf(a) };
  }
  if (content.e === "trade") {
    const { p, q, m } = content;
    if (typeof p !== "string" || typeof q !== "string" || typeof m !== "boolean") {
      throw new RecordingError("a trade without price, quantity or maker");
    }
    return { kind: "TRADE", time, price: p, quantity: q, buyerIsMaker: m };
  }
  return { kind: "OTHER", time };
}

type Json = Record<string, unknown>;

function parseJson(text: string): Json {
  try {
    const value: unknown = JSON.parse(text);
    if (isObject(value)) return value;
  } catch {
    // Told below, in words.
  }
  throw new RecordingError("no JSON object behind the time");
}

function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function numberOf(value: unknown): number {
  if (typeof value !== "number" || !Number.isSafeInteger(value)) throw new RecordingError("no update number");
  return value;
}

function pairsOf(value: unknown): readonly RecordedPair[] {
  const isPairs =
    Array.isArray(value) &&
    value.every((one) => Array.isArray(one) && typeof one[0] === "string" && typeof one[1] === "string");
  if (!isPairs) throw new RecordingError("levels that are no pairs of price and quantity");
  return value as RecordedPair[];
}
