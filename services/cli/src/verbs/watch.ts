import { setTimeout as sleep } from "node:timers/promises";
import { CandleInterval, CandleIntervalSchema } from "@atlas/gen/atlas/market/v1/market_pb";
import {
  Channel,
  ChannelSchema,
  type Contents,
  type SubscribeResponse,
  SubscribeResponseSchema,
  type Subscription,
  SubscriptionSchema,
} from "@atlas/gen/atlas/stream/v1/stream_service_pb";
import { create } from "@bufbuild/protobuf";
import { ConnectError } from "@connectrpc/connect";
import type { Command } from "commander";
import { isConnectionRefused, isWorthRepeating } from "../client/failure.ts";
import { contentsText } from "../output/contents-text.ts";
import type { Io } from "../output/io.ts";
import { numberOf, wordOf } from "../output/words.ts";
import { wholeNumber } from "./pages.ts";
import { type CommonOptions, jsonLine, type VerbContext, verb, withAtlas } from "./verb.ts";

interface WatchOptions extends CommonOptions {
  readonly instrument: string[];
  readonly account: string;
  readonly depth: number;
  readonly interval: string;
  readonly rate: number;
  readonly count?: number;
}

const PRIVATE: readonly Channel[] = [Channel.ORDERS, Channel.FILLS, Channel.BALANCES, Channel.POSITIONS];

export function watchVerb(io: Io): Command {
  return verb(
    "watch",
    "Shows what happens as it happens, until it is stopped. A lost stream is resumed where it broke.",
    [
      "watch trades ticker --instrument BTC-USD",
      "watch book --instrument ETH-USD --depth 5 --rate 2",
      "watch orders fills balances --account demo",
      "watch candles --instrument BTC-USD --interval minute --json",
    ],
  )
    .argument(
      "<channel...>",
      "orders, fills, balances, positions, book, trades, ticker, candles, market-state, notices",
    )
    .option("--instrument <id...>", "of the market channels", ["BTC-USD"])
    .option("--account <id>", "of the private channels", "demo")
    .option("--depth <n>", "levels a side of book", wholeNumber(1, "--depth"), 10)
    .option("--interval <length>", "of candles: second, minute, five-minutes, ... day", "minute")
    .option("--rate <n>", "at most so many updates a second; 0: every one", wholeNumber(0, "--rate"), 0)
    .option("--count <n>", "stop after so many messages; without it, by Ctrl-C", wholeNumber(1, "--count"))
    .action((channels: string[], options: WatchOptions) =>
      withAtlas(io, options, (context) =>
        watch(context, subscriptionsOf(channels, options), options.count ?? Number.POSITIVE_INFINITY),
      ),
    );
}

function subscriptionsOf(channels: readonly string[], options: WatchOptions): Subscription[] {
  return channels.flatMap((word) => {
    const channel = numberOf(ChannelSchema, word, "channel");
    const common = { channel, maxUpdatesPerSecond: PRIVATE.includes(channel) ? 0 : options.rate };
    if (PRIVATE.includes(channel)) {
      return [create(SubscriptionSchema, { ...common, subscriptionId: word, accountId: options.account })];
    }
    if (channel === Channel.NOTICES) return [create(SubscriptionSchema, { ...common, subscriptionId: word })];
    return options.instrument.map((instrumentId) =>
      create(SubscriptionSchema, {
        ...common,
        subscriptionId: `${word} ${instrumentId}`,
        instrumentId,
        depth: channel === Channel.BOOK ? options.depth : 0,
        candleInterval:
          channel === Channel.CANDLES
            ? numberOf(CandleIntervalSchema, options.interval, "interval")
            : CandleInterval.UNSPECIFIED,
      }),
    );
  });
}

/** Keeps the cursor of each subscription, so that the next stream goes on where this one broke. */
async function watch(context: VerbContext, subscriptions: readonly Subscription[], most: number): Promise<void> {
  const channels = new Map(subscriptions.map((one) => [one.subscriptionId, one.channel]));
  const cursors = new Map<string, string>();
  let shown = 0;
  for (let isFirst = true; ; isFirst = false) {
    try {
      const held = subscriptions.map((one) => ({ ...one, cursor: cursors.get(one.subscriptionId) ?? "" }));
      for await (const message of context.atlas.stream.subscribe({ subscriptions: held }, { timeoutMs: 0 })) {
        if (message.content.case === "heartbeat") continue;
        show(context, channels.get(message.subscriptionId) ?? Channel.UNSPECIFIED, message);
        // A snapshot in parts resumes behind its last part only.
        if (message.content.case !== "snapshot" || message.content.value.last) {
          cursors.set(message.subscriptionId, message.cursor);
        }
        if (message.content.case === "resync") cursors.delete(message.subscriptionId);
        shown++;
        if (shown >= most) return;
      }
    } catch (error) {
      if (!isWorthRepeating(error) || (isFirst && isConnectionRefused(error))) throw error;
      context.io.err(`the stream broke (${ConnectError.from(error).rawMessage}); resuming`);
    }
    await sleep(1_000);
  }
}

function show(context: VerbContext, channel: Channel, message: SubscribeResponse): void {
  if (context.json) {
    context.io.out(jsonLine(SubscribeResponseSchema, message));
    return;
  }
  const { content, subscriptionId } = message;
  if (content.case === "resync") context.io.out(`${subscriptionId}  anew: what came before is void`);
  const contents: Contents | undefined =
    content.case === "snapshot" || content.case === "update" ? content.value.contents : undefined;
  if (contents === undefined) return;
  const title = wordOf(ChannelSchema, channel).toLowerCase().replaceAll("_", "-");
  for (const line of contentsText(contents)) context.io.out(`${title}  ${line}`);
}
