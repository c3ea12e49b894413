import { Reason } from "@atlas/gen/atlas/error/v1/refusal_pb";
import type { Instrument } from "@atlas/gen/atlas/instrument/v1/instrument_pb";
import {
  type GetInstrumentRequest,
  type GetInstrumentResponse,
  GetInstrumentResponseSchema,
  type ListInstrumentsRequest,
  type ListInstrumentsResponse,
  ListInstrumentsResponseSchema,
} from "@atlas/gen/atlas/instrument/v1/instrument_service_pb";
import { ReadRequestSchema } from "@atlas/gen/atlas/operations/v1/shard_service_pb";
import { cursorOf, sequenceOf } from "@atlas/platform/query/cursor";
import { refusal } from "@atlas/platform/refusal/refusal-error";
import type { ShardDirectory } from "@atlas/platform/shard/shard-client";
import { create } from "@bufbuild/protobuf";
import type { CallContext } from "../call-context.ts";
import { pageOf } from "../identity/page.ts";
import { CONTROL_SHARD, type InstrumentContext } from "./instrument-context.ts";

export async function getInstrument(
  request: GetInstrumentRequest,
  call: Pick<CallContext, "deadline">,
  { directory }: Pick<InstrumentContext, "directory">,
): Promise<GetInstrumentResponse> {
  const notBefore = sequenceOf(request.notBefore, CONTROL_SHARD, "not_before");
  const { instruments, cursor } = await readInstruments(directory, notBefore, call.deadline);
  const instrument = instruments.find(({ instrumentId }) => instrumentId === request.instrumentId);
  if (instrument === undefined) {
    throw refusal(Reason.UNKNOWN_INSTRUMENT, `there is no instrument ${request.instrumentId}`, {
      field: "instrument_id",
    });
  }
  return create(GetInstrumentResponseSchema, { instrument, cursor });
}

export async function listInstruments(
  request: ListInstrumentsRequest,
  call: Pick<CallContext, "deadline">,
  { directory }: Pick<InstrumentContext, "directory">,
): Promise<ListInstrumentsResponse> {
  const notBefore = sequenceOf(request.notBefore, CONTROL_SHARD, "not_before");
  const { instruments, cursor } = await readInstruments(directory, notBefore, call.deadline);
  const page = pageOf(instruments, ({ instrumentId }) => instrumentId, request, "instruments");
  return create(ListInstrumentsResponseSchema, { instruments: page.rows, nextPageToken: page.nextPageToken, cursor });
}

/** Every instrument by id, as control knows them at or after a sequence. */
export async function readInstruments(
  directory: ShardDirectory,
  notBefore: number,
  deadline: number,
): Promise<{ readonly instruments: readonly Instrument[]; readonly cursor: string }> {
  const request = create(ReadRequestSchema, {
    shard: CONTROL_SHARD,
    notBefore: BigInt(notBefore),
    query: { case: "instruments", value: {} },
  });
  const { result, sequence } = await directory.client(CONTROL_SHARD).read(request, deadline);
  if (result.case !== "instruments") throw new Error(`${CONTROL_SHARD} answered something else than its instruments`);
  return { instruments: result.value.instruments, cursor: cursorOf(CONTROL_SHARD, sequence) };
}
