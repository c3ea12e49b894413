import { ControlCommandCodec, ControlEventCodec } from "@atlas/gen/atlas/log/v1/control_record_codec";
import { IdentityCommandCodec, IdentityEventCodec } from "@atlas/gen/atlas/log/v1/identity_record_codec";
import { OrderCommandCodec } from "@atlas/gen/atlas/log/v1/order_command_codec";
import { OrderEventCodec } from "@atlas/gen/atlas/log/v1/order_event_codec";
import { MarketEventCodec } from "@atlas/gen/atlas/market/v1/market_codec";
import { ExecutionReportCodec } from "@atlas/gen/atlas/order/v1/execution_report_codec";
import { VenueCommandCodec } from "@atlas/gen/atlas/venue/v1/venue_codec";
import type { Digest } from "@atlas/platform/ports/digest";
import type { LogRecord } from "@atlas/platform/ports/log";
import { type Frame, frameOf } from "@atlas/platform/wire/codec/frame";
import { LogModel } from "../model/log-model.ts";
import { messagesOf } from "../model/log-reading.ts";
import type { Violations } from "../model/violations.ts";
import { Trace } from "../run/trace.ts";

/**
 * Stands beside the log and looks at each record as it is written: what it holds is held against the model at once, and everything
 * goes into one hash, so that two runs of a seed can be compared.
 */
export class LogWatch {
  /** Records written. */
  steps = 0;
  readonly model: LogModel;
  readonly #violations: Violations;
  readonly #digest: Digest;
  readonly trace: Trace;

  constructor(violations: Violations, digest: Digest) {
    this.#violations = violations;
    this.#digest = digest;
    this.model = new LogModel(violations);
    this.trace = new Trace(digest);
  }

  /** A record was written. */
  take(topic: string, partition: number, record: LogRecord): void {
    const { offset, appendTime, bytes } = record;
    this.steps++;
    const frame = frameOf(bytes, this.#digest);
    const { source, writer, firstNumber } = frame?.header ?? { source: "?", writer: "?", firstNumber: 0n };
    const what = `${source} #${firstNumber} x${frame?.count ?? 0} by ${writer}, crc ${this.#digest.crc32(bytes)}`;
    this.trace.note(`${appendTime} ${topic}/${partition}@${offset} ${what}`);
    if (frame === undefined) return;
    try {
      this.#take(topic, partition, record, frame);
    } catch (error) {
      this.#violations.check("MODEL", false, () => `the model cannot take it: ${(error as Error).stack}`);
    }
  }

  #take(topic: string, partition: number, record: LogRecord, frame: Frame): void {
    const { model } = this;
    switch (topic) {
      case "orders.commands":
        for (const one of messagesOf(partition, record, frame, OrderCommandCodec)) model.takeCommand(one);
        return;
      case "venue.orders":
        for (const one of messagesOf(partition, record, frame, VenueCommandCodec)) model.takeVenueOrder(one);
        return;
      case "orders.events":
        for (const one of messagesOf(partition, record, frame, OrderEventCodec)) model.takeEvent(one);
        return;
      case "exec.reports":
        for (const one of messagesOf(partition, record, frame, ExecutionReportCodec)) model.takeReport(one);
        return;
      case "market.data":
        for (const one of messagesOf(partition, record, frame, MarketEventCodec)) model.takeMarketEvent(one);
        return;
      case "control.commands":
        for (const one of messagesOf(partition, record, frame, ControlCommandCodec)) model.takeControlCommand(one);
        return;
      case "control.events":
        for (const one of messagesOf(partition, record, frame, ControlEventCodec)) model.takeControlEvent(one);
        return;
      case "identity.commands":
        for (const one of messagesOf(partition, record, frame, IdentityCommandCodec)) model.takeIdentityCommand(one);
        return;
      case "identity.events":
        for (const one of messagesOf(partition, record, frame, IdentityEventCodec)) model.takeIdentityEvent(one);
    }
  }
}
