import { OrderCommandCodec } from "@atlas/gen/atlas/log/v1/order_command_codec";
import type { OrderCommand } from "@atlas/gen/atlas/log/v1/order_command_pb";
import { encode } from "@atlas/gen/codec/codec";
import type { Digest } from "@atlas/platform/ports/digest";
import type { LogRecord } from "@atlas/platform/ports/log";
import { encodeFrame, frameOf, readMessage } from "@atlas/platform/wire/codec/frame";
import type { Knob, Reach } from "./knob.ts";

const MOST_READ = 1e6;
/** Records. */
const LATE = 50;

/** What venues have said comes again. */
export const reportFaults: readonly Knob[] = [
  {
    name: "reports come again, in any order",
    cases: ["F16"],
    bring(reach) {
      void repeatReports(reach).catch(() => undefined);
    },
  },
];

/**
 * Outside of their link, where nothing but the order's state can tell that they are old. (A house account has no orders: there
 * the link alone drops a repeat, and conservation would stop the shard.)
 */
async function repeatReports({ platform, roll }: Reach): Promise<void> {
  const { log, digest } = platform.world;
  const partition = roll(platform.partitions.oms);
  const { start, end } = await log.range("orders.commands", partition);
  if (start === end) return;
  // Those of late, as often as older ones: their orders are still open, some of them in another shape by now.
  const from = roll(2) === 0 ? start + roll(end - start) : Math.max(start, end - LATE);
  const records = await log.read("orders.commands", partition, from, MOST_READ);
  const reports = records.slice(0, LATE).flatMap((record) => reportsOf(record, digest));
  for (let count = 0; count < 5 && reports.length > 0; count++) {
    const { source, command } = roll.pick(reports);
    const again = encode(OrderCommandCodec, command);
    const bytes = encodeFrame({ source, writer: "again", firstNumber: 0n }, [again], digest);
    await log.append("orders.commands", partition, bytes);
  }
}

interface Report {
  readonly source: string;
  readonly command: OrderCommand;
}

function reportsOf({ bytes }: LogRecord, digest: Digest): Report[] {
  const frame = frameOf(bytes, digest);
  if (frame === undefined) return [];
  const { source } = frame.header;
  if (!source.startsWith("venue/")) return [];
  const commands = Array.from({ length: frame.count }, (_, index) => readMessage(frame, index, OrderCommandCodec));
  return commands.filter(isClients).map((command) => ({ source, command }));
}

function isClients({ command, accountId }: OrderCommand): boolean {
  return command.case === "report" && !accountId.startsWith("house-");
}
