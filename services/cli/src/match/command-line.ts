import { OrderType, OrderTypeSchema, Side, TimeInForce, TimeInForceSchema } from "@atlas/gen/atlas/order/v1/order_pb";
import { type VenueCommand, VenueCommandSchema } from "@atlas/gen/atlas/venue/v1/venue_pb";
import { checkJson } from "@atlas/platform/wire/json-check";
import { type DescEnum, fromJson, type JsonValue } from "@bufbuild/protobuf";

/** A line is no command that the engine takes; the message says why. */
class LineError extends Error {
  override name = "LineError";
}

/** The command on a line of Protobuf-JSON. Throws `LineError`. */
export function parseCommand(line: string): VenueCommand {
  const command = readCommand(line);
  const missing = missingField(command);
  if (missing !== undefined) throw new LineError(`${missing} is missing`);
  const foreign = foreignTerm(command);
  if (foreign !== undefined) throw new LineError(foreign);
  return command;
}

function readCommand(line: string): VenueCommand {
  let json: JsonValue | undefined;
  try {
    json = JSON.parse(line) as JsonValue;
    return fromJson(VenueCommandSchema, json);
  } catch (error) {
    const { field = "", unknown = false } = json === undefined ? {} : (checkJson(VenueCommandSchema, json, true) ?? {});
    if (unknown) throw new LineError(`${field} is not known: the book takes LIMIT and MARKET orders as in venue.proto`);
    throw new LineError(`${field === "" ? "" : `${field}: `}${(error as Error).message}`);
  }
}

const BOOK_TYPES: readonly OrderType[] = [OrderType.LIMIT, OrderType.MARKET];
const BOOK_TIMES: readonly TimeInForce[] = [
  TimeInForce.UNSPECIFIED,
  TimeInForce.GTC,
  TimeInForce.DAY,
  TimeInForce.IOC,
  TimeInForce.FOK,
];

/** What an order may say elsewhere, and not on a book. */
function foreignTerm({ command }: VenueCommand): string | undefined {
  if (command.case !== "place") return undefined;
  const { type, timeInForce } = command.value;
  if (!BOOK_TYPES.includes(type)) {
    return `place.type ${nameOf(OrderTypeSchema, type)} is none of a book's, which are LIMIT and MARKET`;
  }
  if (BOOK_TIMES.includes(timeInForce)) return undefined;
  return `place.time_in_force ${nameOf(TimeInForceSchema, timeInForce)} is none of a book's, which are GTC, DAY, IOC and FOK`;
}

function nameOf({ value, sharedPrefix = "" }: DescEnum, number: number): string {
  return value[number]?.name.slice(sharedPrefix.length) ?? String(number);
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
