import type { ControlEvent as DecidedEvent } from "@atlas/domain/control/control-event";
import { emptyControlState, sortedRows } from "@atlas/domain/control/control-state";
import { decideControl } from "@atlas/domain/control/decide-control";
import type { ShardCounts } from "@atlas/domain/control/dispatch";
import { CONTROL_TABLES, evolveControl } from "@atlas/domain/control/evolve-control";
import type { Instrument } from "@atlas/gen/atlas/instrument/v1/instrument_pb";
import {
  ControlAnsweredSchema,
  type ControlCommand,
  type ControlEvent,
  ControlEventSchema,
} from "@atlas/gen/atlas/log/v1/control_record_pb";
import type { PrincipalRevoked } from "@atlas/gen/atlas/venue/v1/venue_pb";
import type { Digest } from "@atlas/platform/ports/digest";
import { ShardProgress } from "@atlas/platform/progress/shard-progress";
import { StampedSlabs } from "@atlas/platform/progress/stamped-slabs";
import type { Arrival, InputPosition, LinkPosition, UnreadableArrival } from "@atlas/platform/shard/arrival";
import type { EventShard, LinkMessage } from "@atlas/platform/shard/event-shard";
import { hexadecimal } from "@atlas/platform/text/hexadecimal";
import { create } from "@bufbuild/protobuf";
import { controlSlabs } from "./control-slabs.ts";
import { linkMessages } from "./link-messages.ts";
import { readRequest } from "./wire/command.ts";
import { readEvent, writeEvent, writePrincipal } from "./wire/event.ts";
import { writeInstrument } from "./wire/instrument.ts";
import { MALFORMED } from "./wire/refusal.ts";

const NAME = "control/0";
const PROGRESS = "progress";

/**
 * Instruments, revocations and the engine version: a function of `control.commands`. Every input yields one event (S13), which holds all that
 * it sends to other shards, numbered (S6).
 */
export class ControlShard implements EventShard<ControlCommand, ControlEvent> {
  readonly name = NAME;
  readonly nextDeadline = undefined;
  readonly workOpen = false;
  readonly slabs: StampedSlabs;
  readonly #counts: ShardCounts;
  readonly #digest: Digest;
  readonly #state = emptyControlState();
  readonly #progress: ShardProgress;

  /**
   * `counts` are the platform's for ever: what is decided depends on them. `engines`: the versions that this process carries, on
   * which nothing depends that is decided (S26).
   */
  constructor(counts: ShardCounts, digest: Digest, engines?: readonly number[]) {
    this.#counts = counts;
    this.#digest = digest;
    const progress = new ShardProgress(NAME, engines);
    this.#progress = progress;
    const contents = [
      { key: PROGRESS, copy: () => progress.copy(), restore: (bytes: Uint8Array) => progress.restore(bytes) },
      ...controlSlabs(this.#state),
    ];
    this.slabs = new StampedSlabs(contents);
  }

  get sequence(): number {
    return this.#progress.sequence;
  }

  get cause(): InputPosition | undefined {
    return this.#progress.cause;
  }

  get logTime(): number {
    return this.#progress.logTime;
  }

  /** Inputs that could not be read. */
  get anomalies(): number {
    return this.#progress.anomalies;
  }

  /** The version whose rules decide (S26). */
  get engineVersion(): number {
    return this.#progress.engineVersion;
  }

  /** What came over links from shards: nothing does. */
  links() {
    return this.#progress.links();
  }

  link(source: string): LinkPosition | undefined {
    return this.#progress.link(source);
  }

  decide(arrival: Arrival<ControlCommand>): readonly ControlEvent[] {
    const { commandId, requestId, contentDigest } = arrival.command;
    const event = this.#outcome(arrival);
    return this.#emit({ ...this.#progress.next(arrival), commandId, requestId, contentDigest, event });
  }

  advance(): readonly ControlEvent[] {
    return [];
  }

  decideUnreadable(arrival: UnreadableArrival): readonly ControlEvent[] {
    const event = { case: "unreadable", value: arrival.reason.slice(0, 512) } as const;
    return this.#emit({ ...this.#progress.next(arrival), event });
  }

  evolve(event: ControlEvent): void {
    const sequence = Number(event.sequence);
    const settled = readEvent(event);
    if (this.slabs.take(PROGRESS, sequence)) {
      this.#progress.apply(event, event.event.case === "unreadable", activatedBy(settled));
    }
    if (settled === undefined) return;
    const contentDigest = hexadecimal(event.contentDigest);
    const request = { requestId: event.requestId, contentDigest, sequence };
    for (const table of CONTROL_TABLES) {
      if (this.slabs.take(table, sequence)) evolveControl(this.#state, table, { event: settled, request });
    }
  }

  linkMessages(event: ControlEvent): readonly LinkMessage[] {
    return linkMessages(event, this.#digest);
  }

  /** By id, as they are now. */
  instruments(): Instrument[] {
    return sortedRows(this.#state.instruments).map(writeInstrument);
  }

  /** Whom order shards refuse, by user and key. */
  revoked(): PrincipalRevoked[] {
    return sortedRows(this.#state.revoked).map(writePrincipal);
  }

  #outcome(arrival: Arrival<ControlCommand>): ControlEvent["event"] {
    const { appendTime, command } = arrival;
    const request = readRequest(command);
    if (request === undefined) {
      return { case: "answered", value: create(ControlAnsweredSchema, { refusal: MALFORMED }) };
    }
    const { engineVersion } = this.#progress;
    const moment = { appendTime, logTime: this.#progress.timeAt(appendTime), engineVersion };
    return writeEvent(decideControl(this.#state, this.#counts, request, moment));
  }

  #emit(fields: Parameters<typeof create<typeof ControlEventSchema>>[1]): readonly ControlEvent[] {
    const event = create(ControlEventSchema, fields);
    this.evolve(event);
    return [event];
  }
}

/** `undefined`: the version stays as it is. */
function activatedBy(event: DecidedEvent | undefined): number | undefined {
  const change = event?.type === "DECIDED" ? event.change : undefined;
  return change?.type === "ENGINE_ACTIVATED" ? change.version : undefined;
}
