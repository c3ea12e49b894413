import { Reason } from "@atlas/gen/atlas/error/v1/refusal_pb";
import { Channel, type Subscription } from "@atlas/gen/atlas/stream/v1/stream_service_pb";
import { refusal } from "@atlas/platform/refusal/refusal-error";
import { invalidField } from "../refusal/invalid-field.ts";

type FieldUse = "required" | "optional" | "unused";

/** What each channel makes of the fields that not all of them use. */
interface ChannelFields {
  readonly accountId: FieldUse;
  readonly instrumentId: FieldUse;
  readonly candleInterval: FieldUse;
  readonly depth: FieldUse;
}

const PRIVATE: ChannelFields = {
  accountId: "required",
  instrumentId: "optional",
  candleInterval: "unused",
  depth: "unused",
};
const MARKET: ChannelFields = {
  accountId: "unused",
  instrumentId: "required",
  candleInterval: "unused",
  depth: "unused",
};

const FIELDS: Readonly<Record<number, ChannelFields>> = {
  [Channel.ORDERS]: PRIVATE,
  [Channel.FILLS]: PRIVATE,
  [Channel.BALANCES]: { ...PRIVATE, instrumentId: "unused" },
  [Channel.POSITIONS]: PRIVATE,
  [Channel.BOOK]: { ...MARKET, depth: "optional" },
  [Channel.TRADES]: MARKET,
  [Channel.TICKER]: MARKET,
  [Channel.CANDLES]: { ...MARKET, candleInterval: "required" },
  [Channel.MARKET_STATE]: MARKET,
  [Channel.NOTICES]: { ...MARKET, instrumentId: "unused" },
};

const NAMES = [
  ["accountId", "account_id"],
  ["instrumentId", "instrument_id"],
  ["candleInterval", "candle_interval"],
  ["depth", "depth"],
] as const;

/** Refuses what the contract's rules cannot say: the same id twice, a field that its channel needs or does not use. */
export function checkSubscriptions(
  subscriptions: readonly Subscription[],
  isDefined: (instrumentId: string) => boolean,
): void {
  const seen = new Set<string>();
  for (const [index, subscription] of subscriptions.entries()) {
    const path = `subscriptions[${index}]`;
    if (seen.has(subscription.subscriptionId)) throw invalidField(`${path}.subscription_id`, "stands there twice");
    seen.add(subscription.subscriptionId);
    checkFields(subscription, path);
    if (subscription.instrumentId !== "" && !isDefined(subscription.instrumentId)) {
      throw refusal(Reason.UNKNOWN_INSTRUMENT, `there is no instrument ${subscription.instrumentId}`, {
        field: `${path}.instrument_id`,
      });
    }
  }
}

function checkFields(subscription: Subscription, path: string): void {
  const fields = FIELDS[subscription.channel];
  if (fields === undefined) throw invalidField(`${path}.channel`, "must be one of the channels");
  for (const [name, wireName] of NAMES) {
    const isSet = subscription[name] !== "" && subscription[name] !== 0;
    if (isSet && fields[name] === "unused") throw invalidField(`${path}.${wireName}`, "is not used by this channel");
    if (!isSet && fields[name] === "required") throw invalidField(`${path}.${wireName}`, "is required");
  }
}

/** Whether a channel shows an instrument's market. */
export function isOfMarket(channel: Channel): boolean {
  return FIELDS[channel]?.instrumentId === "required";
}

/** Whether a channel shows an account. */
export function isPrivate(channel: Channel): boolean {
  return FIELDS[channel]?.accountId === "required";
}
