import { OrderType, Side } from "@atlas/gen/atlas/order/v1/order_pb";
import { type VenueCommand, VenueCommandSchema } from "@atlas/gen/atlas/venue/v1/venue_pb";
import { fromJson } from "@bufbuild/protobuf";

/** A line is no command that the engine takes; the message says why. */
class LineError extends Error {
  override name = "LineError";
}

/** The command on a line of Protobuf-JSON. Throws `LineError`. */
export function parseCommand(line: string): VenueCommand {
  const command = readCommand(line);
  const missing = missingField(command);
  if (missing !== undefined) throw new LineError(`${missing} is missing`);
  return command;
}

function readCommand(line: string): VenueCommand {
  try {
    return fromJson(VenueCommandSchema, JSON.parse(line));
  } catch (error) {
    throw new LineError((error as Error).message);
  }
}

/** The first field that the engine needs and the command lacks. */
function missingField({ instrumentId, command }: VenueCommand): string | undefined {
  const required: [string, boolean][] = [["instrument_id", instrumentId !== ""]];
  switch (command.case) {
    case "place": {
      const { orderId, accountId, side, type, quantity, limitPrice } = command.value;
      required.push(
        ["place.order_id", orderId !== ""],
        ["place.account_id", accountId !== ""],
        ["place.side", side !== Side.UNSPECIFIED],
        ["place.type", type !== OrderType.UNSPECIFIED],
        ["place.quantity", quantity !== ""],
        ["place.limit_price", limitPrice !== "" || type !== OrderType.LIMIT],
      );
      break;
    }
    case "amend":
      required.push(["amend.order_id", command.value.orderId !== ""]);
      break;
    case "withdraw":
      required.push(["withdraw.order_id", command.value.orderId !== ""]);
      break;
    case undefined:
      return "a command";
    default:
      return undefined;
  }
  return required.find(([, present]) => !present)?.[0];
}
