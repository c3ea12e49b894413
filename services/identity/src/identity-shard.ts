import { decideIdentity } from "@atlas/domain/identity/decide-identity";
import { evolveIdentity, touchedBuckets } from "@atlas/domain/identity/evolve-identity";
import { emptyIdentityState } from "@atlas/domain/identity/identity-state";
import type { IdentityImage } from "@atlas/gen/atlas/log/v1/identity_image_pb";
import {
  IdentityAnsweredSchema,
  type IdentityCommand,
  type IdentityEvent,
  IdentityEventSchema,
} from "@atlas/gen/atlas/log/v1/identity_record_pb";
import type { ControlChange } from "@atlas/gen/atlas/venue/v1/venue_pb";
import { ShardProgress } from "@atlas/platform/progress/shard-progress";
import { StampedSlabs } from "@atlas/platform/progress/stamped-slabs";
import type { Arrival, InputPosition, LinkPosition, UnreadableArrival } from "@atlas/platform/shard/arrival";
import type { EventShard, LinkMessage } from "@atlas/platform/shard/event-shard";
import { millisecondsOf } from "@atlas/platform/wire/time";
import { create } from "@bufbuild/protobuf";
import { identityImage, identitySlabs, slabKey } from "./identity-slabs.ts";
import { readRequest } from "./wire/command.ts";
import { readEvent, writeEvent } from "./wire/event.ts";
import { MALFORMED } from "./wire/refusal.ts";

const NAME = "identity/0";
const PROGRESS = "progress";

/** People, keys, sessions, grants: a function of `identity.commands`. Every input yields one event (S13). */
export class IdentityShard implements EventShard<IdentityCommand, IdentityEvent> {
  readonly name = NAME;
  readonly nextDeadline = undefined;
  readonly workOpen = false;
  readonly slabs: StampedSlabs;
  readonly #state = emptyIdentityState();
  readonly #progress: ShardProgress;

  /** `engines`: the versions that this process carries (S26). */
  constructor(engines?: readonly number[]) {
    const progress = new ShardProgress(NAME, engines);
    this.#progress = progress;
    const contents = [
      { key: PROGRESS, copy: () => progress.copy(), restore: (bytes: Uint8Array) => progress.restore(bytes) },
      ...identitySlabs(this.#state),
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

  /** The last numbers of what came over links from shards: control's. */
  links() {
    return this.#progress.links();
  }

  link(source: string): LinkPosition | undefined {
    return this.#progress.link(source);
  }

  decide(arrival: Arrival<IdentityCommand>): readonly IdentityEvent[] {
    const { commandId, requestId } = arrival.command;
    return this.#emit({ ...this.#progress.next(arrival), commandId, requestId, event: this.#outcome(arrival) });
  }

  advance(): readonly IdentityEvent[] {
    return [];
  }

  decideUnreadable(arrival: UnreadableArrival): readonly IdentityEvent[] {
    const event = { case: "unreadable", value: arrival.reason.slice(0, 512) } as const;
    return this.#emit({ ...this.#progress.next(arrival), event });
  }

  evolve(event: IdentityEvent): void {
    const sequence = Number(event.sequence);
    const change = readEvent(event);
    if (this.slabs.take(PROGRESS, sequence)) {
      const engine = event.event.case === "engineActivated" ? event.event.value.version : undefined;
      this.#progress.apply(event, event.event.case === "unreadable", engine);
    }
    const now = millisecondsOf(event.occurredAt);
    if (change === undefined || now === undefined) return;
    for (const { table, bucket } of touchedBuckets(change)) {
      if (this.slabs.take(slabKey(table, bucket), sequence)) evolveIdentity(this.#state, table, change, now);
    }
  }

  linkMessages(): readonly LinkMessage[] {
    return [];
  }

  /** What gateways authenticate and authorise by, as it is now. */
  image(): IdentityImage {
    return identityImage(this.#state);
  }

  #outcome(arrival: Arrival<IdentityCommand>): IdentityEvent["event"] {
    const { appendTime, command } = arrival;
    if (command.command.case === "control") return outcomeOf(command.command.value);
    const request = readRequest(command);
    if (request === undefined) {
      return { case: "answered", value: create(IdentityAnsweredSchema, { refusal: MALFORMED }) };
    }
    const times = { appendTime, logTime: this.#progress.timeAt(appendTime) };
    return writeEvent(decideIdentity(this.#state, request, times));
  }

  #emit(fields: Parameters<typeof create<typeof IdentityEventSchema>>[1]): readonly IdentityEvent[] {
    const event = create(IdentityEventSchema, fields);
    this.evolve(event);
    return [event];
  }
}

/** Of what control decides, only an engine version concerns who people are. */
function outcomeOf({ change }: ControlChange): IdentityEvent["event"] {
  if (change.case === "engineActivated") return change;
  return { case: "answered", value: create(IdentityAnsweredSchema) };
}
