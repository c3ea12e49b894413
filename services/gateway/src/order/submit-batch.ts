import type { Refusal } from "@atlas/gen/atlas/error/v1/refusal_pb";
import { NewOrderSchema, type Order } from "@atlas/gen/atlas/order/v1/order_pb";
import type {
  SubmitOrdersEntry,
  SubmitOrdersRequest,
  SubmitOrdersResponse,
  SubmitOrdersResult,
} from "@atlas/gen/atlas/order/v1/order_service_pb";
import { refuseInvalid } from "@atlas/platform/access/validate";
import { RefusalError } from "@atlas/platform/refusal/refusal-error";
import { invalidField } from "../refusal/invalid-field.ts";
import { isValidOrder } from "../validate/order-requests.ts";
import { isId } from "../validate/text.ts";
import type { OrderDesk, Submission } from "./order-desk.ts";
import type { Sender } from "./sender.ts";

/**
 * Hands the entries of a batch in, in order; `answered` is called once, when each has its result. Entries are independent:
 * what is malformed in one refuses only that one, and the others go on.
 */
export function submitBatch(
  desk: OrderDesk,
  sender: Sender,
  accountId: string,
  entries: SubmitOrdersRequest["entries"],
  answered: (response: SubmitOrdersResponse) => void,
): void {
  const results: SubmitOrdersResult[] = new Array(entries.length);
  let waiting = entries.length;
  const settle = (index: number, result: SubmitOrdersResult["result"]) => {
    results[index] = { $typeName: "atlas.order.v1.SubmitOrdersResult", result };
    waiting -= 1;
    if (waiting === 0) answered({ $typeName: "atlas.order.v1.SubmitOrdersResponse", results });
  };
  const submissions: Submission[] = [];
  for (const [index, entry] of entries.entries()) {
    const refused = (error: RefusalError) => settle(index, { case: "refusal", value: error.refusal });
    const malformed = refuseEntry(entry, index);
    if (malformed !== undefined || entry.order === undefined) refused(malformed as RefusalError);
    else {
      const ordered = (order: Order) => settle(index, { case: "order", value: order });
      const denied = (error: RefusalError) => refused(inEntry(error, index));
      const name = { accountId, requestId: entry.requestId };
      submissions.push({ name, order: entry.order, answer: { ordered, refused: denied } });
    }
  }
  desk.submitAll(sender, submissions);
}

function refuseEntry({ requestId, order }: SubmitOrdersEntry, index: number): RefusalError | undefined {
  const path = `entries[${index}]`;
  if (requestId === "") return invalidField(`${path}.request_id`, "is required");
  if (!isId(requestId)) return invalidField(`${path}.request_id`, "must be 1 to 64 printable ASCII characters");
  if (order === undefined) return invalidField(`${path}.order`, "is required");
  if (isValidOrder(order)) return undefined;
  const refused = refuseInvalid(NewOrderSchema, order)?.refusal;
  if (refused === undefined) return invalidField(`${path}.order`, "is malformed");
  return new RefusalError(below(refused, `${path}.order.`));
}

/** What names a field of its request names it in the batch; the account is the batch's own. */
function inEntry(error: RefusalError, index: number): RefusalError {
  const { field } = error.refusal;
  if (field !== "request_id" && field !== "order" && !field.startsWith("order.")) return error;
  return new RefusalError(below(error.refusal, `entries[${index}].`));
}

/** The same, with the paths of its fields where they stand; a sentence that begins with its field's path goes along. */
function below(refused: Refusal, path: string): Refusal {
  const { field, message, violations } = refused;
  return {
    ...refused,
    field: path + field,
    message: message.startsWith(field) ? path + message : message,
    violations: violations.map((one) => ({
      ...one,
      field: path + one.field,
      message: one.message.startsWith(`${one.field} `) ? path + one.message : one.message,
    })),
  };
}
