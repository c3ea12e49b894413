import type { Instrument } from "@atlas/gen/atlas/instrument/v1/instrument_pb";
import type { ControlEvent } from "@atlas/gen/atlas/log/v1/control_record_pb";
import type { Clock } from "@atlas/platform/ports/clock";
import type { ShardDirectory } from "@atlas/platform/shard/shard-client";
import { shardName } from "@atlas/platform/shard/shard-name";
import type { Journal } from "@atlas/platform/telemetry/journal";
import type { NoticeBoard } from "../stream/notice-board.ts";
import { ShardFollower } from "./shard-follower.ts";

/** The instruments that control has defined, as this gateway has heard of them. */
export class InstrumentView {
  readonly #instruments = new Map<string, Instrument>();
  readonly #follower: ShardFollower<ControlEvent>;

  /** What changes is posted as a notice to everybody. */
  constructor(
    directory: ShardDirectory,
    notices: NoticeBoard,
    ports: { readonly clock: Clock; readonly journal: Journal },
  ) {
    const shard = shardName("control", 0);
    this.#follower = new ShardFollower<ControlEvent>(
      {
        shard,
        query: { case: "instruments", value: { $typeName: "atlas.operations.v1.InstrumentsQuery" } },
        of: ({ events }) => (events.case === "controlEvents" ? events.value.messages : []),
        began: ({ result, sequence }) => {
          notices.begin(Number(sequence));
          if (result.case === "instruments") for (const instrument of result.value.instruments) this.#take(instrument);
        },
        event: ({ event, sequence, occurredAt }) => {
          const change = event.case === "decided" ? event.value.change?.change : undefined;
          if (change?.case !== "instrumentDefined") return;
          this.#take(change.value);
          notices.post(Number(sequence), noticeOf(change.value), occurredAt);
        },
      },
      directory.client(shard),
      ports,
    );
  }

  /** Resolves once control is followed. */
  start(): Promise<void> {
    return this.#follower.start();
  }

  get isFollowed(): boolean {
    return this.#follower.last >= 0;
  }

  /** Followed, and not lost for long since. */
  get isHeard(): boolean {
    return this.#follower.isHeard;
  }

  stop(): void {
    this.#follower.stop();
  }

  find(instrumentId: string): Instrument | undefined {
    return this.#instruments.get(instrumentId);
  }

  all(): Instrument[] {
    return [...this.#instruments.values()];
  }

  #take(instrument: Instrument): void {
    this.#instruments.set(instrument.instrumentId, instrument);
  }
}

function noticeOf({ instrumentId, version }: Instrument): string {
  return version > 1n ? `The terms of ${instrumentId} have changed.` : `${instrumentId} can be traded.`;
}
