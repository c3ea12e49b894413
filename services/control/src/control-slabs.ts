import { type ControlState, linkNumbers, principalKey, sortedRows } from "@atlas/domain/control/control-state";
import { CONTROL_TABLES, type ControlTable } from "@atlas/domain/control/evolve-control";
import { type ControlImage, ControlImageSchema } from "@atlas/gen/atlas/log/v1/control_image_pb";
import type { SlabContent } from "@atlas/platform/progress/stamped-slabs";
import { fromHexadecimal, hexadecimal } from "@atlas/platform/text/hexadecimal";
import { create, fromBinary, type MessageInitShape, toBinary } from "@bufbuild/protobuf";
import { readLink, writeLink, writePrincipal } from "./wire/event.ts";
import { readInstrument, writeInstrument } from "./wire/instrument.ts";

/** Every table as a slab of its own (S19): what control knows is small. */
export function controlSlabs(state: ControlState): readonly SlabContent[] {
  return CONTROL_TABLES.map((table) => ({
    key: table,
    copy: () => toBinary(ControlImageSchema, create(ControlImageSchema, rowsOf(state, table))),
    restore: (bytes: Uint8Array) => restoreRows(state, table, fromBinary(ControlImageSchema, bytes)),
  }));
}

function rowsOf(state: ControlState, table: ControlTable): MessageInitShape<typeof ControlImageSchema> {
  switch (table) {
    case "instruments":
      return { instruments: sortedRows(state.instruments).map(writeInstrument) };
    case "revoked":
      return { revoked: sortedRows(state.revoked).map(writePrincipal) };
    case "linksOut":
      return { linksOut: linkNumbers(state).map(writeLink) };
    case "requests": {
      const requests = [...state.requests.values()].map((settled) => ({
        requestId: settled.requestId,
        contentDigest: fromHexadecimal(settled.contentDigest),
        sequence: BigInt(settled.sequence),
      }));
      return { requests };
    }
  }
}

function restoreRows(state: ControlState, table: ControlTable, image: ControlImage): void {
  state[table].clear();
  for (const instrument of image.instruments) {
    state.instruments.set(instrument.instrumentId, readInstrument(instrument));
  }
  for (const { userId, keyId } of image.revoked) {
    state.revoked.set(principalKey({ userId, keyId }), { userId, keyId });
  }
  for (const link of image.linksOut.map(readLink)) state.linksOut.set(link.destination, link.number);
  for (const { requestId, contentDigest, sequence } of image.requests) {
    const settled = { requestId, contentDigest: hexadecimal(contentDigest), sequence: Number(sequence) };
    state.requests.set(requestId, settled);
  }
}
