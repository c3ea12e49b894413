import type { OrderAccepted, OrderEvent } from "@atlas/gen/atlas/log/v1/order_event_pb";
import type { VenueCommand } from "@atlas/gen/atlas/venue/v1/venue_pb";

/** What an event sends to its instrument's venue, a function of the event alone (S12); `undefined`: nothing. */
export function venueCommandOf(event: OrderEvent): VenueCommand | undefined {
  const command = commandOf(event);
  if (command === undefined) return undefined;
  return {
    $typeName: "atlas.venue.v1.VenueCommand",
    commandId: event.eventId,
    instrumentId: event.instrumentId,
    occurredAt: event.occurredAt,
    command,
  };
}

function commandOf(event: OrderEvent): VenueCommand["command"] | undefined {
  const { event: body, orderId, accountId, instrumentId } = event;
  switch (body.case) {
    case "orderAccepted":
      return placeOf(body.value);
    case "replaceRequested": {
      const { progress, quantity, limitPrice } = body.value;
      const version = progress?.version ?? 0n;
      return {
        case: "amend",
        value: { $typeName: "atlas.venue.v1.AmendOrder", orderId, version, accountId, quantity, limitPrice },
      };
    }
    case "cancelRequested": {
      const version = body.value.progress?.version ?? 0n;
      return { case: "withdraw", value: { $typeName: "atlas.venue.v1.PullOrder", orderId, version, accountId } };
    }
    case "fundsMoved": {
      const { amounts } = body.value;
      if (body.value.instrumentId === "") return undefined;
      return { case: "allot", value: { $typeName: "atlas.venue.v1.AllotToVenue", instrumentId, amounts } };
    }
    default:
      return undefined;
  }
}

function placeOf({ order, protectionPrice, validUntil }: OrderAccepted): VenueCommand["command"] | undefined {
  if (order === undefined) return undefined;
  return {
    case: "place",
    value: {
      $typeName: "atlas.venue.v1.PlaceOrder",
      orderId: order.orderId,
      version: order.version,
      accountId: order.accountId,
      ownerId: order.ownerId,
      side: order.side,
      type: order.type,
      timeInForce: order.timeInForce,
      quantity: order.quantity,
      limitPrice: order.limitPrice,
      protectionPrice,
      postOnly: order.postOnly,
      selfTradePrevention: order.selfTradePrevention,
      validUntil,
    },
  };
}
