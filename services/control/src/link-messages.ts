import type { ControlDispatch, ControlEvent } from "@atlas/gen/atlas/log/v1/control_record_pb";
import { IdentityCommandCodec } from "@atlas/gen/atlas/log/v1/identity_record_codec";
import { IdentityCommandSchema } from "@atlas/gen/atlas/log/v1/identity_record_pb";
import { OrderCommandCodec } from "@atlas/gen/atlas/log/v1/order_command_codec";
import { type OrderCommand, OrderCommandSchema } from "@atlas/gen/atlas/log/v1/order_command_pb";
import { VenueCommandCodec } from "@atlas/gen/atlas/venue/v1/venue_codec";
import { type ControlChange, VenueCommandSchema } from "@atlas/gen/atlas/venue/v1/venue_pb";
import { encode } from "@atlas/gen/codec/codec";
import type { Digest } from "@atlas/platform/ports/digest";
import type { LinkMessage } from "@atlas/platform/shard/event-shard";
import { orderIdOf } from "@atlas/platform/text/order-id";
import { create } from "@bufbuild/protobuf";

const DIGEST_BYTES = 16;

/** What an event sends over links: a function of the event alone (S12). */
export function linkMessages(event: ControlEvent, digest: Digest): readonly LinkMessage[] {
  if (event.event.case !== "decided") return [];
  return event.event.value.dispatches.map((dispatch) => {
    const { destination, number } = dispatch.link ?? { destination: "", number: 0n };
    return { destination, number: Number(number), bytes: bytesOf(event, dispatch, destination, digest) };
  });
}

function bytesOf(event: ControlEvent, dispatch: ControlDispatch, destination: string, digest: Digest): Uint8Array {
  const [kind, shard] = destination.split("/");
  switch (kind) {
    case "venue":
      return venueBytes(event, dispatch);
    case "identity":
      return identityBytes(event, dispatch);
    default:
      return orderBytes(event, dispatch, Number(shard), digest);
  }
}

function changeOf(event: ControlEvent, { message }: ControlDispatch): ControlChange {
  if (message.case !== "change") throw new Error(`${event.eventId} sends more than a change to who takes no other`);
  return message.value;
}

function identityBytes(event: ControlEvent, dispatch: ControlDispatch): Uint8Array {
  const command = { case: "control", value: changeOf(event, dispatch) } as const;
  return encode(
    IdentityCommandCodec,
    create(IdentityCommandSchema, { commandId: commandId(event, dispatch), command }),
  );
}

function venueBytes(event: ControlEvent, dispatch: ControlDispatch): Uint8Array {
  const value = changeOf(event, dispatch);
  const instrumentId = value.change.case === "instrumentDefined" ? value.change.value.instrumentId : "";
  const command = create(VenueCommandSchema, {
    commandId: commandId(event, dispatch),
    instrumentId,
    occurredAt: event.occurredAt,
    command: { case: "control", value },
  });
  return encode(VenueCommandCodec, command);
}

/** The same ids and digest that a gateway would give a client's command of this content. */
function orderBytes(event: ControlEvent, dispatch: ControlDispatch, shard: number, digest: Digest): Uint8Array {
  const { accountId, requestId } = dispatch;
  const command = commandOf(event, dispatch);
  const contentDigest = requestId === "" ? new Uint8Array(0) : digest.sha256(encode(OrderCommandCodec, blank(command)));
  const message = create(OrderCommandSchema, {
    commandId: commandId(event, dispatch),
    accountId,
    requestId,
    contentDigest: contentDigest.slice(0, DIGEST_BYTES),
    orderId: command.case === "deposit" ? orderIdOf(digest, shard, accountId, requestId) : "",
    command,
  });
  return encode(OrderCommandCodec, message);
}

function commandOf(event: ControlEvent, { message }: ControlDispatch): OrderCommand["command"] {
  switch (message.case) {
    case "change":
      return { case: "control", value: message.value };
    case "createAccount":
    case "deposit":
    case "allot":
      return message;
    default:
      throw new Error(`${event.eventId} dispatches nothing`);
  }
}

/** A command without anything but its content. */
function blank(command: OrderCommand["command"]): OrderCommand {
  return create(OrderCommandSchema, { command });
}

function commandId(event: ControlEvent, { link }: ControlDispatch): string {
  return `${event.eventId}-${link?.destination}:${link?.number}`;
}
