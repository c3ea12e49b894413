import type { Account } from "../account/account.ts";
import { BrokenInvariant } from "../ledger/broken-invariant.ts";
import type { Posting } from "../ledger/posting.ts";
import { OpenOrder } from "../order/open-order.ts";
import { isFinal } from "../order/order-status.ts";
import type { OmsEvent, OmsEventBody, OrderMoved } from "./oms-event.ts";
import { bucketOf, type OmsState } from "./oms-state.ts";

/**
 * Applies an event. Never refuses. Each slab takes the events above its own stamp, so that images of them may be of different
 * moments (S20): a bucket of accounts, the remembered ids, the rest.
 */
export function evolve(state: OmsState, event: OmsEvent): void {
  const { request } = event;
  if (changesAccount(event.body)) evolveBucket(state, event);
  if (request !== undefined) {
    const { number, requestId, contentDigest } = request;
    state.requests.record(number, event.accountId, requestId, contentDigest, event.logTime, event.sequence);
  }
  if (event.sequence > state.sequence) evolveRest(state, event);
}

/** What belongs to no account. */
function evolveRest(state: OmsState, event: OmsEvent): void {
  if (event.sequence !== state.sequence + 1) {
    throw new BrokenInvariant(`event ${event.sequence} after ${state.sequence} in ${state.name}`);
  }
  state.sequence = event.sequence;
  state.causeOffset = event.offset;
  state.causeIndex = event.index;
  const passed = event.appendTime - state.appendTime;
  if (passed > 0) state.rateClock += passed;
  state.appendTime = event.appendTime;
  state.logTime = event.logTime;
  const { linkIn, linkOut, postings } = event;
  if (linkIn !== undefined) state.incoming.advance(linkIn.source, linkIn.number, linkIn.chain, event.logTime);
  if (linkOut !== undefined) state.outgoing.advance(linkOut.destination, linkOut.number);
  if (postings.length > 0) {
    const venue = event.instrumentId === "" ? -1 : state.routes.of(event.instrumentId).venue;
    for (let index = 0; index < postings.length; index++) state.totals.apply(postings[index] as Posting, venue);
  }
  if (event.request !== undefined) state.requests.count(event.logTime);
  applyToRest(state, event);
}

function applyToRest(state: OmsState, event: OmsEvent): void {
  const { body } = event;
  switch (body.kind) {
    case "INSTRUMENT_DEFINED":
      state.list(body.listing);
      break;
    case "PRINCIPAL_REVOKED":
      state.revoked.add(body.principal);
      break;
    case "ENGINE_ACTIVATED":
      state.engineVersion = body.version;
      break;
    case "REPORT_UNMATCHED":
    case "INPUT_UNREADABLE":
      state.anomalies++;
      break;
    case "WORK_ADVANCED":
      state.work = body.done
        ? undefined
        : {
            commandId: event.commandId,
            accountId: event.accountId,
            instrumentId: event.instrumentId,
            side: body.side,
            cursor: body.cursor,
          };
  }
}

function changesAccount(body: OmsEventBody): boolean {
  switch (body.kind) {
    case "COMMAND_ANSWERED":
    case "REPORT_UNMATCHED":
    case "WORK_ADVANCED":
    case "INPUT_UNREADABLE":
    case "INSTRUMENT_DEFINED":
    case "PRINCIPAL_REVOKED":
    case "ENGINE_ACTIVATED":
      return false;
    default:
      return true;
  }
}

/** What belongs to the event's account. */
function evolveBucket(state: OmsState, event: OmsEvent): void {
  const { body, accountId } = event;
  const known = state.accounts.get(accountId);
  const bucket = known === undefined ? bucketOf(accountId) : known.bucket;
  if (event.sequence <= (state.bucketChangedAt[bucket] as number)) return;
  state.bucketChangedAt[bucket] = event.sequence;
  if (body.kind === "ACCOUNT_CREATED") {
    state.addAccount(accountId, body.ownerId, event.logTime);
    return;
  }
  if (known === undefined) throw new BrokenInvariant(`there is no account ${accountId}`);
  const { postings } = event;
  for (let index = 0; index < postings.length; index++) {
    const posting = postings[index] as Posting;
    known.balance(posting.asset).apply(posting);
  }
  if (event.rateMark !== 0) known.rateMark = event.rateMark;
  applyToAccount(state, event, known);
}

function applyToAccount(state: OmsState, event: OmsEvent, account: Account): void {
  const { body } = event;
  switch (body.kind) {
    case "ORDER_ACCEPTED": {
      const order = new OpenOrder(body.terms, body.progress);
      account.add(order);
      state.orders.set(event.orderId, order);
      break;
    }
    case "LIMITS_SET":
      account.limits = body.limits;
      break;
    case "FUNDS_MOVED":
      if (body.movement === "ALLOTMENT") changeAllotment(state, event, account);
      break;
    case "ALLOTMENT_TRADED":
      changeAllotment(state, event, account);
      break;
    case "ORDER_DENIED":
      break;
    default:
      moveOrder(state, event, account, body as OrderMoved);
  }
}

function moveOrder(state: OmsState, event: OmsEvent, account: Account, body: OrderMoved): void {
  const order = state.order(event.orderId);
  order.apply(body.progress, event.logTime);
  if (body.position !== undefined) account.setPosition(body.position);
  if (body.kind === "REPLACE_REQUESTED" && body.replacement !== undefined) {
    order.replaceVersion = body.progress.version;
    order.replaceQuantityLots = body.replacement.quantityLots;
    order.replaceLimitPriceTicks = body.replacement.limitPriceTicks;
  } else if (body.kind === "ORDER_REPLACED" || body.kind === "REPLACE_REFUSED") {
    const wasReduced = body.kind === "ORDER_REPLACED" && order.canceledLots > 0;
    if (wasReduced) order.leastReductionVersion = order.replaceVersion;
    order.replaceVersion = 0;
    order.replaceQuantityLots = 0;
    order.replaceLimitPriceTicks = 0;
  }
  if (isFinal(body.progress.status)) {
    account.remove(order);
    state.orders.delete(event.orderId);
  }
}

/** What enters or leaves the reserved funds of a house account is its allotment's. */
function changeAllotment(state: OmsState, event: OmsEvent, account: Account): void {
  const { instrumentId } = event;
  const { baseAsset } = state.listing(instrumentId).instrument;
  const before = account.allotment(instrumentId);
  let baseMinor = before?.baseMinor ?? 0n;
  let quoteMinor = before?.quoteMinor ?? 0n;
  for (const { asset, from, to, amountMinor } of event.postings) {
    const change = (to === "RESERVED" ? amountMinor : 0n) - (from === "RESERVED" ? amountMinor : 0n);
    if (asset === baseAsset) baseMinor += change;
    else quoteMinor += change;
  }
  account.setAllotment({ instrumentId, baseMinor, quoteMinor });
}
