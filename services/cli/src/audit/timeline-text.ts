import type { GetOrderTimelineResponse, TimelineEntry } from "@atlas/gen/atlas/audit/v1/audit_service_pb";
import { BucketSchema, type Posting, PostingReasonSchema } from "@atlas/gen/atlas/ledger/v1/posting_pb";
import type { OrderCommand } from "@atlas/gen/atlas/log/v1/order_command_pb";
import { ExecutionTypeSchema, OrderStatusSchema } from "@atlas/gen/atlas/order/v1/order_pb";
import { timeOf, wordOf } from "../output/words.ts";

/** A line for each entry, with where it stands; under an event its postings. */
export function timelineText({ entries, cut, reach }: GetOrderTimelineResponse): string {
  const place = ({ topic, partition, offset, index }: TimelineEntry) => `${topic}/${partition}@${offset}.${index}`;
  const width = Math.max(...entries.map((entry) => place(entry).length));
  const lines = entries.flatMap((entry) => [
    `${timeOf(entry.appendTime)}  ${place(entry).padEnd(width)}  ${entry.archived ? "archived" : "on log  "}  ${wordsOf(entry)}`,
    ...postingsOf(entry).map((posting) => `${" ".repeat(26)}${postingText(posting)}`),
  ]);
  const behind = reach.filter(({ archivedEnd, logEnd }) => logEnd > archivedEnd);
  const open = behind.map(
    ({ topic, partition, archivedEnd, logEnd }) => `${topic}/${partition} ${logEnd - archivedEnd}`,
  );
  if (cut) lines.push("there is more: ask for less by --from and --to");
  if (open.length > 0) lines.push(`records not archived yet: ${open.join(", ")}`);
  const damaged = reach.filter(({ unreadable }) => unreadable > 0n);
  const places = damaged.map(({ topic, partition, unreadable }) => `${topic}/${partition} ${unreadable}`);
  if (places.length > 0) lines.push(`hold the order's id and cannot be read, export shows them: ${places.join(", ")}`);
  return lines.join("\n");
}

function wordsOf({ message }: TimelineEntry): string {
  switch (message.case) {
    case "command":
      return commandText(message.value);
    case "event":
      return `event ${message.value.sequence}: ${words(message.value.event.case)}`;
    case "venueCommand":
      return `to the venue: ${words(message.value.command.case)}`;
    case "executionReport": {
      const { executionType, status, lastQuantity, lastPrice } = message.value;
      const fill = lastQuantity === "" ? "" : ` ${lastQuantity} at ${lastPrice}`;
      return `told: ${wordOf(ExecutionTypeSchema, executionType)} ${wordOf(OrderStatusSchema, status)}${fill}`;
    }
    default:
      return "";
  }
}

function commandText({ command, principal }: OrderCommand): string {
  if (command.case === "report") {
    const { executionType, lastQuantity, lastPrice } = command.value;
    const fill = lastQuantity === "" ? "" : ` ${lastQuantity} at ${lastPrice}`;
    return `the venue reports: ${wordOf(ExecutionTypeSchema, executionType)}${fill}`;
  }
  const who = principal === undefined || principal.userId === "" ? "" : ` by ${principal.userId}`;
  return `command: ${words(command.case)}${who}`;
}

function postingsOf({ message }: TimelineEntry): readonly Posting[] {
  return message.case === "event" ? message.value.postings : [];
}

function postingText({ accountId, asset, amount, fromBucket, toBucket, reason }: Posting): string {
  const way = `${wordOf(BucketSchema, fromBucket)} to ${wordOf(BucketSchema, toBucket)}`;
  return `${wordOf(PostingReasonSchema, reason)}: ${amount} ${asset} of ${accountId}, ${way}`;
}

/** `order accepted` of `orderAccepted`. */
function words(name: string | undefined): string {
  return (name ?? "unknown").replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}
