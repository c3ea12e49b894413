import type { Reason } from "@atlas/gen/atlas/error/v1/refusal_pb";
import { ReasonSchema } from "@atlas/gen/atlas/error/v1/refusal_pb";
import type { Metrics } from "@atlas/platform/telemetry/metrics";
import type { CommandClass } from "./intake/pending-command.ts";

const DECISION_BOUNDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5];

/** What a gateway counts. */
export interface GatewayMetrics {
  /** A command was taken in. */
  taken(commandClass: CommandClass): void;
  /** A command was turned away before the log. */
  shed(reason: Reason): void;
  /** A command was decided, or is silent for good. */
  settled(milliseconds: number, waiting: number): void;
  /** Open sessions and streams. */
  sessions(count: number): void;
  streams(count: number): void;
  /** A stream had to begin anew, for its reader was too slow. */
  resynced(): void;
}

export function gatewayMetrics(metrics: Metrics): GatewayMetrics {
  const taken = metrics.counter("atlas_commands_total", "Order commands taken in, by class.", "class");
  const shed = metrics.counter("atlas_commands_shed_total", "Order commands turned away before the log.", "reason");
  const decided = metrics.histogram("atlas_decision_seconds", "From intake to decision.", DECISION_BOUNDS);
  const waiting = metrics.gauge("atlas_commands_unanswered", "Order commands without an outcome.");
  const sessions = metrics.gauge("atlas_sessions", "Open order sessions.");
  const streams = metrics.gauge("atlas_streams", "Open streams.");
  const resyncs = metrics.counter("atlas_stream_resyncs_total", "Streams begun anew for slow readers.");
  return {
    taken: (commandClass) => taken.add(1, commandClass.toLowerCase()),
    shed: (reason) => shed.add(1, ReasonSchema.value[reason]?.name ?? ""),
    settled(milliseconds, left) {
      decided.observe(milliseconds / 1000);
      waiting.set(left);
    },
    sessions: (count) => sessions.set(count),
    streams: (count) => streams.set(count),
    resynced: () => resyncs.add(1),
  };
}
