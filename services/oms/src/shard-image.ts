import { defineInstrument } from "@atlas/domain/instrument/instrument";
import type { OmsState, OpenWork } from "@atlas/domain/oms/oms-state";
import type { Listing } from "@atlas/domain/order/listing";
import { ShardImageCodec } from "@atlas/gen/atlas/log/v1/order_image_codec";
import type { InstrumentImage, ShardImage, WorkImage } from "@atlas/gen/atlas/log/v1/order_image_pb";
import { Side } from "@atlas/gen/atlas/order/v1/order_pb";
import { decode, encode } from "@atlas/gen/codec/codec";
import { sides } from "@atlas/platform/wire/order/oms-terms";

/** What belongs to no account and is no remembered id, as bytes. */
export function copyRest(state: OmsState): Uint8Array {
  return encode(ShardImageCodec, {
    $typeName: "atlas.log.v1.ShardImage",
    sequence: BigInt(state.sequence),
    cause:
      state.sequence === 0
        ? undefined
        : { $typeName: "atlas.log.v1.Position", offset: BigInt(state.causeOffset), index: state.causeIndex },
    logTime: BigInt(state.logTime),
    appendTime: BigInt(state.appendTime),
    rateClock: BigInt(state.rateClock),
    ...writeLinks(state),
    ...writeMoney(state),
    instruments: listings(state).map(writeListing),
    revoked: state.revoked.all().map(({ userId, keyId }) => ({
      $typeName: "atlas.log.v1.RevokedImage" as const,
      userId,
      keyId,
    })),
    firstRequest: BigInt(state.requests.first),
    nextRequest: BigInt(state.requests.next),
    forgottenUntil: BigInt(state.requests.forgottenUntil),
    engineVersion: state.engineVersion,
    anomalies: BigInt(state.anomalies),
    work: state.work && writeWork(state.work),
  });
}

export function restoreRest(state: OmsState, bytes: Uint8Array): void {
  const image = decode(ShardImageCodec, bytes);
  state.sequence = Number(image.sequence);
  state.causeOffset = image.cause === undefined ? -1 : Number(image.cause.offset);
  state.causeIndex = image.cause === undefined ? -1 : image.cause.index;
  state.logTime = Number(image.logTime);
  state.appendTime = Number(image.appendTime);
  state.rateClock = Number(image.rateClock);
  state.engineVersion = image.engineVersion;
  state.anomalies = Number(image.anomalies);
  state.work = image.work && readWork(image.work);
  for (const { source, number, chain, lastInputAt } of image.links) {
    state.incoming.restore({ source, number: Number(number), chain, lastInputAt: Number(lastInputAt) });
  }
  for (const { destination, number } of image.outgoing) state.outgoing.advance(destination, Number(number));
  for (const listing of image.instruments) state.list(readListing(listing));
  for (const { userId, keyId } of image.revoked) state.revoked.add({ userId, keyId });
  readMoney(state, image);
  const { firstRequest, nextRequest, forgottenUntil } = image;
  state.requests.restore(Number(firstRequest), Number(nextRequest), Number(forgottenUntil));
}

function writeLinks(state: OmsState): Pick<ShardImage, "links" | "outgoing"> {
  return {
    links: state.incoming.all().map(({ source, number, chain, lastInputAt }) => ({
      $typeName: "atlas.log.v1.IncomingLinkImage",
      source,
      number: BigInt(number),
      chain,
      lastInputAt: BigInt(lastInputAt),
    })),
    outgoing: state.outgoing.all().map(({ destination, number }) => ({
      $typeName: "atlas.log.v1.LinkOut",
      destination,
      number: BigInt(number),
    })),
  };
}

function writeMoney(state: OmsState): Pick<ShardImage, "totals" | "clearing"> {
  return {
    totals: state.totals.assets().map(({ asset, feesMinor, depositedMinor, withdrawnMinor }) => ({
      $typeName: "atlas.log.v1.TotalsImage",
      asset,
      feesMinor: String(feesMinor),
      depositedMinor: String(depositedMinor),
      withdrawnMinor: String(withdrawnMinor),
    })),
    clearing: state.totals.clearings().map(({ venue, asset, amountMinor }) => ({
      $typeName: "atlas.log.v1.ClearingImage",
      venue,
      asset,
      amountMinor: String(amountMinor),
    })),
  };
}

function readMoney(state: OmsState, image: ShardImage): void {
  for (const { asset, feesMinor, depositedMinor, withdrawnMinor } of image.totals) {
    const total = state.totals.asset(asset);
    total.feesMinor = BigInt(feesMinor);
    total.depositedMinor = BigInt(depositedMinor);
    total.withdrawnMinor = BigInt(withdrawnMinor);
  }
  for (const { venue, asset, amountMinor } of image.clearing) {
    state.totals.clearing(venue, asset).amountMinor = BigInt(amountMinor);
  }
}

/** By instrument. */
function listings(state: OmsState): Listing[] {
  return [...state.listings.values()].sort((left, right) =>
    left.instrument.instrumentId < right.instrument.instrumentId ? -1 : 1,
  );
}

function writeListing(listing: Listing): InstrumentImage {
  const { instrumentId, baseAsset, quoteAsset, tickMinor, lotMinor } = listing.instrument;
  return {
    $typeName: "atlas.log.v1.InstrumentImage",
    ...{ instrumentId, baseAsset, quoteAsset },
    tickMinor: BigInt(tickMinor),
    lotMinor: BigInt(lotMinor),
    minimumNotionalMinor: String(listing.minimumNotionalMinor),
    maximumNotionalMinor: String(listing.maximumNotionalMinor),
    defaultMaximumLots: BigInt(listing.defaultMaximumLots),
    makerRateE8: listing.makerRateE8,
    takerRateE8: listing.takerRateE8,
    collarE8: listing.collarE8,
    version: BigInt(listing.version),
  };
}

function readListing(image: InstrumentImage): Listing {
  const { instrumentId, baseAsset, quoteAsset } = image;
  const tickMinor = Number(image.tickMinor);
  const lotMinor = Number(image.lotMinor);
  const instrument = defineInstrument({ instrumentId, baseAsset, quoteAsset, tickMinor, lotMinor });
  if ("reason" in instrument) throw new Error(`instrument ${instrumentId}: ${instrument.reason}`);
  return {
    instrument,
    minimumNotionalMinor: BigInt(image.minimumNotionalMinor),
    maximumNotionalMinor: BigInt(image.maximumNotionalMinor),
    defaultMaximumLots: Number(image.defaultMaximumLots),
    makerRateE8: image.makerRateE8,
    takerRateE8: image.takerRateE8,
    collarE8: image.collarE8,
    version: Number(image.version),
  };
}

function writeWork({ commandId, accountId, instrumentId, side, cursor }: OpenWork): WorkImage {
  const wireSide = side === undefined ? Side.UNSPECIFIED : sides.toWire[side];
  const $typeName = "atlas.log.v1.WorkImage";
  return { $typeName, commandId, accountId, instrumentId, side: wireSide, cursor: BigInt(cursor) };
}

function readWork({ commandId, accountId, instrumentId, side, cursor }: WorkImage): OpenWork {
  return { commandId, accountId, instrumentId, side: sides.fromWire[side], cursor: Number(cursor) };
}
