import {
  type ListPostingsRequest,
  type ListPostingsResponse,
  ListPostingsResponseSchema,
  type PostingEntry,
} from "@atlas/gen/atlas/account/v1/account_service_pb";
import type { OrderEvent } from "@atlas/gen/atlas/log/v1/order_event_pb";
import type { Fill } from "@atlas/gen/atlas/order/v1/order_pb";
import {
  type ListFillsRequest,
  type ListFillsResponse,
  ListFillsResponseSchema,
} from "@atlas/gen/atlas/order/v1/order_service_pb";
import { create } from "@bufbuild/protobuf";
import { type Timestamp, timestampMs } from "@bufbuild/protobuf/wkt";
import { accountEvents, LISTED_EVENTS, NO_BOUND } from "./account-events.ts";
import type { AccountRequest, AccountShards } from "./account-shard.ts";
import { badToken, type PageFilter, pageSizeOf, pageToken, positionOf } from "./page.ts";
import type { StoreReads } from "./store-reads.ts";

/** A page of an account's fills, newest first. */
export async function listFills(
  shards: AccountShards,
  store: StoreReads,
  request: ListFillsRequest,
  deadline: number,
): Promise<ListFillsResponse> {
  const { instrumentId, orderId } = request;
  const filter = ["fills", request.accountId, instrumentId, orderId, ...times(request)];
  const wanted = (fill: Fill) =>
    (instrumentId === "" || fill.instrumentId === instrumentId) && (orderId === "" || fill.orderId === orderId);
  const page = await history(shards, store, request, filter, deadline, (event) => fillsOf(event).filter(wanted));
  return create(ListFillsResponseSchema, { fills: page.entries, nextPageToken: page.next, cursor: page.cursor });
}

/** A page of an account's postings, newest first; those of one event stand together, its last first. */
export async function listPostings(
  shards: AccountShards,
  store: StoreReads,
  request: ListPostingsRequest,
  deadline: number,
): Promise<ListPostingsResponse> {
  const { asset, orderId } = request;
  const filter = ["postings", request.accountId, asset, orderId, ...times(request)];
  const wanted = ({ posting }: PostingEntry) =>
    (asset === "" || posting?.asset === asset) && (orderId === "" || posting?.orderId === orderId);
  const page = await history(shards, store, request, filter, deadline, (event) => postingsOf(event).filter(wanted));
  return create(ListPostingsResponseSchema, { postings: page.entries, nextPageToken: page.next, cursor: page.cursor });
}

/** The fills that an event tells of. */
export function fillsOf({ event }: OrderEvent): Fill[] {
  const told = event.case === "orderFilled" || event.case === "allotmentTraded" ? event.value.fill : undefined;
  return told === undefined ? [] : [told];
}

function postingsOf(event: OrderEvent): PostingEntry[] {
  return event.postings.toReversed().map((posting) => ({
    $typeName: "atlas.account.v1.PostingEntry",
    posting,
    eventId: event.eventId,
    sequence: event.sequence,
    occurredAt: event.occurredAt,
  }));
}

interface HistoryRequest extends AccountRequest {
  readonly startTime?: Timestamp | undefined;
  readonly endTime?: Timestamp | undefined;
  readonly pageSize: number;
  readonly pageToken: string;
}

interface HistoryPage<Entry> {
  readonly entries: Entry[];
  readonly next: string;
  readonly cursor: string;
}

/**
 * A page of what an account's events tell, newest event first. A position is the event to go on with: its sequence, and how many of
 * its entries have been given.
 */
async function history<Entry>(
  shards: AccountShards,
  store: StoreReads,
  request: HistoryRequest,
  filter: PageFilter,
  deadline: number,
  entriesOf: (event: OrderEvent) => Entry[],
): Promise<HistoryPage<Entry>> {
  const [sequence, given] = readPosition(positionOf(request.pageToken, filter));
  const below = sequence === undefined ? NO_BOUND : sequence + 1;
  const { events, cursor } = await accountEvents(shards, store, request, { above: 0, below }, deadline);
  const size = pageSizeOf(request.pageSize);
  const entries: Entry[] = [];
  let last = "";
  let left = LISTED_EVENTS;
  for await (const event of events) {
    const time = event.occurredAt === undefined ? 0 : timestampMs(event.occurredAt);
    if (request.startTime !== undefined && time < timestampMs(request.startTime)) break;
    if (left === 0) return { entries, next: pageToken(filter, `${event.sequence}.0`), cursor };
    left -= 1;
    if (request.endTime !== undefined && time >= timestampMs(request.endTime)) continue;
    const skip = Number(event.sequence) === sequence ? given : 0;
    for (const [index, entry] of entriesOf(event).entries()) {
      if (index < skip) continue;
      if (entries.length === size) return { entries, next: pageToken(filter, last), cursor };
      entries.push(entry);
      last = `${event.sequence}.${index + 1}`;
    }
  }
  return { entries, next: "", cursor };
}

function readPosition(position: string | undefined): [number | undefined, number] {
  if (position === undefined) return [undefined, 0];
  const [sequence, given] = /^\d{1,16}\.\d{1,9}$/.test(position) ? position.split(".").map(Number) : [];
  if (sequence === undefined || given === undefined || sequence >= NO_BOUND) throw badToken();
  return [sequence, given];
}

function times({ startTime, endTime }: { startTime?: Timestamp | undefined; endTime?: Timestamp | undefined }) {
  return [startTime, endTime].map((time) => (time === undefined ? "" : `${time.seconds}.${time.nanos}`));
}
