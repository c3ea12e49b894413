import type { Instrument } from "@atlas/gen/atlas/instrument/v1/instrument_pb";
import type { OrderEvent } from "@atlas/gen/atlas/log/v1/order_event_pb";
import type { Book } from "@atlas/gen/atlas/market/v1/market_pb";
import type { Authenticator, Caller } from "@atlas/platform/access/caller";
import type { Served } from "@atlas/platform/access/create-handlers";
import { AccountShards } from "@atlas/platform/query/account-shard";
import type { OpenResponseSource } from "@atlas/platform/session/response-source";
import type { OpenTradeSession } from "@atlas/platform/session/trade-session";
import { notReady } from "@atlas/platform/shard/not-ready";
import { IDENTITY_SHARD } from "./access/identity-view.ts";
import { Calls } from "./calls.ts";
import type { GatewayContext } from "./context.ts";
import { eventHistory } from "./follow/event-history.ts";
import { InstrumentView } from "./follow/instrument-view.ts";
import { OrderEvents } from "./follow/order-events.ts";
import { gatewayMetrics } from "./gateway-metrics.ts";
import { grantTrader } from "./identity/grants.ts";
import { openSignIn, type SignIn } from "./identity/open-sign-in.ts";
import { CONTROL_SHARD } from "./instrument/instrument-context.ts";
import { ClockSkew } from "./intake/clock-skew.ts";
import { CommandIntake } from "./intake/command-intake.ts";
import { newIncarnation } from "./intake/incarnation.ts";
import { LookUps } from "./intake/look-ups.ts";
import { RecordingIntake } from "./market/recording-intake.ts";
import { OrderDesk } from "./order/order-desk.ts";
import { servicesOf } from "./routes.ts";
import { SessionDesk } from "./session/session-desk.ts";
import { AccountSnapshots } from "./stream/account-snapshot.ts";
import { MarketGroups } from "./stream/market-groups.ts";
import type { LiveMarket } from "./stream/market-source.ts";
import { NoticeBoard } from "./stream/notice-board.ts";
import { StreamDesk } from "./stream/stream-desk.ts";
import { USUAL_ROOM } from "./unread-room.ts";

/** Patience for what a gateway reads for itself. */
const PATIENCE = 10_000;

/** The public edge's logic: give its services to an HTTP edge. */
export interface Gateway {
  readonly authenticator: Authenticator;
  readonly services: readonly Served[];
  /** The fast road of `Trade`. */
  readonly openTradeSession: OpenTradeSession<Caller>;
  /** The fast road of `Subscribe`. */
  readonly openResponses: OpenResponseSource;
  /**
   * Resolves when calls are served, the local key's first: identity and control are followed. Until then every call is refused as
   * NOT_READY, from then on only what needs an order shard that is not followed yet. It may be called again after it rejected, and
   * rejects when the gateway is stopped before.
   */
  start(): Promise<void>;
  /** Those that control has defined, as this gateway has heard of them. */
  instruments(): readonly Instrument[];
  /** The shards that are not followed yet, or have not been heard for long; identity, when nobody is let in for want of its word (S23). */
  unheard(): readonly string[];
  /** The partition that has not taken for long what clients ask of order shards; `undefined`: each does. */
  untaken(): string | undefined;
  /** Ends sessions and streams; what was taken in and not logged is dropped and told so. */
  stop(): void;
}

/** Opens a gateway, which begins to follow every shard: one that does not serve makes only who needs it wait. `start` it. */
export async function openGateway(context: GatewayContext): Promise<Gateway> {
  const { ports, partitions, directory, queries, market, processes, room = USUAL_ROOM } = context;
  const { log, store, clock, chance, digest, journal, traces } = ports;
  const incarnation = newIncarnation(chance);
  const metrics = gatewayMetrics(ports.metrics);
  const skew = new ClockSkew(clock, journal);
  const intake = new CommandIntake({
    ...{ log, clock, digest, journal, metrics, traces, incarnation, skew },
    ...{ pressure: context.pressure, frameWeight: context.frameWeight },
    partitions: partitions.oms,
    isFollowed: (shard) => events.isFollowed(shard),
    learnLimits: (accountId) => void learnLimits(accountId),
  });
  const events: OrderEvents = new OrderEvents(
    { directory, clock, journal, partitions: partitions.oms },
    {
      event(event) {
        if (journal.debugs) journal.debug("decided", factsOf(event));
        intake.decided(event);
      },
      missed: (shard) => intake.missed(shard),
    },
  );
  const notices = new NoticeBoard();
  const instruments = new InstrumentView(directory, notices, ports);
  const signIn = await openSignIn({ ...ports, directory, queries, skew, incarnation });
  const shards = new AccountShards(directory, partitions.oms);
  const history = eventHistory(events, shards, store);
  const quote = market.quote.bind(market);
  const isDefined = (instrumentId: string) => instruments.find(instrumentId) !== undefined;
  const markets = new MarketGroups(market, clock);
  const lookUps = new LookUps(metrics);
  const desk = new OrderDesk({ intake, queries, lookUps, clock, digest, quote });
  const recordings = new RecordingIntake({
    ...{ log, clock, digest, journal, traces, incarnation, skew },
    partitions: partitions.venue,
  });
  const streams = new StreamDesk({
    ...{ events, history, queries, markets, notices, isDefined, room, clock, journal, metrics },
    snapshots: new AccountSnapshots(shards, queries),
  });
  const sessions = new SessionDesk({
    ...{ desk, events, history, room, clock, chance, journal, metrics },
    credentials: signIn.authenticator,
  });

  async function learnLimits(accountId: string): Promise<void> {
    const request = { $typeName: "atlas.account.v1.GetLimitsRequest", accountId, notBefore: "" } as const;
    const { limits } = await queries.limits(request, clock.monotonic() + PATIENCE).catch(() => ({ limits: undefined }));
    if (limits !== undefined) intake.limits(accountId, limits);
  }

  const { refuseEarly, end, ...following } = followed({ signIn, instruments, events });
  const services = servicesOf({
    calls: new Calls(clock, refuseEarly),
    orders: {
      ...{ desk, queries, quote },
      book: (instrumentId, depth) => wholeBook(market.market(instrumentId), depth),
      instrument: (instrumentId) => instruments.find(instrumentId),
    },
    accounts: {
      ...{ intake, queries, lookUps, clock, digest },
      grantTrader: (accountId, call) => grantTrader(accountId, call, signIn.identity),
    },
    operations: { directory, log, clock, digest, partitions, processes, intake: signIn.instruments.intake },
    identity: signIn.identity,
    instruments: signIn.instruments,
    recordings: { recordings, instrument: (instrumentId) => instruments.find(instrumentId) },
    marketReads: context.marketReads,
    ...{ streams, isDefined },
    openSession: sessions.open,
  });
  return {
    ...following,
    services,
    openTradeSession: sessions.open,
    openResponses: streams.open,
    instruments: () => instruments.all(),
    untaken: () => intake.untaken,
    stop() {
      end();
      for (const part of [sessions, streams, markets, signIn, instruments, events, recordings, intake]) part.stop();
    },
  };
}

interface Followed {
  readonly signIn: SignIn;
  readonly instruments: InstrumentView;
  readonly events: OrderEvents;
}

interface Following extends Pick<Gateway, "authenticator" | "start" | "unheard"> {
  /** Throws until calls are let in. */
  refuseEarly(): void;
  /** Whoever still waits for the start waits no longer. */
  end(): void;
}

/** Begins to follow the shards. Calls are let in once who may do what is known, and which instruments there are. */
function followed({ signIn, instruments, events }: Followed): Following {
  const { authenticator, identity } = signIn;
  let isServing = false;
  events.begin();
  const ended = Promise.withResolvers<never>();
  const known = Promise.race([Promise.all([signIn.opened, instruments.start()]), ended.promise]);
  known.catch(() => undefined);
  const awaited = () => [
    ...(identity.view.sequence < 0 ? [IDENTITY_SHARD] : []),
    ...(instruments.isFollowed ? [] : [CONTROL_SHARD]),
  ];
  const refuseEarly = () => {
    if (isServing) return;
    const reasons = awaited().map((shard) => `${shard} is not followed here yet`);
    throw notReady(`${reasons.join(", ") || "this gateway is starting"}: send the same again`);
  };
  return {
    authenticator: {
      authenticate(header, source) {
        refuseEarly();
        return authenticator.authenticate(header, source);
      },
      watch: (caller, ended) => authenticator.watch(caller, ended),
    },
    refuseEarly,
    async start() {
      await known;
      isServing = true;
      await signIn.provision();
    },
    unheard: () => [
      ...(identity.freshness.fresh ? [] : [IDENTITY_SHARD]),
      ...(instruments.isHeard ? [] : [CONTROL_SHARD]),
      ...events.unheard(),
    ],
    end: () => ended.reject(notReady("this gateway has stopped")),
  };
}

/** `undefined` while levels are missing: what a preview took from the rest would be wrong. */
function wholeBook(market: LiveMarket | undefined, depth: number): Book | undefined {
  return market?.complete === true ? market.book(depth) : undefined;
}

function factsOf(event: OrderEvent) {
  const { shard, sequence, commandId, accountId, orderId } = event;
  return { event: event.event.case, orderId, accountId, shard, sequence, commandId };
}
