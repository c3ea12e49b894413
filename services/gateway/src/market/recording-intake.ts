import { partitionOf } from "@atlas/domain/partition/partition";
import { Reason } from "@atlas/gen/atlas/error/v1/refusal_pb";
import type { PlayRecordingRequest } from "@atlas/gen/atlas/market/v1/market_service_pb";
import { VenueCommandCodec } from "@atlas/gen/atlas/venue/v1/venue_codec";
import type { VenueCommand } from "@atlas/gen/atlas/venue/v1/venue_pb";
import type { Clock } from "@atlas/platform/ports/clock";
import type { Digest } from "@atlas/platform/ports/digest";
import type { Log } from "@atlas/platform/ports/log";
import { type RefusalError, refusal } from "@atlas/platform/refusal/refusal-error";
import type { Journal } from "@atlas/platform/telemetry/journal";
import type { Traces } from "@atlas/platform/telemetry/traces";
import { topics } from "@atlas/platform/topic/topics";
import { timestampOf } from "@atlas/platform/wire/time";
import type { ClockSkew } from "../intake/clock-skew.ts";
import { type Outgoing, PartitionWriter } from "../intake/partition-writer.ts";
import { silenceRefusal } from "../intake/silence.ts";

const STEP_WEIGHT = 512;
/** A level or trade: two decimals and a side. */
const ENTRY_WEIGHT = 96;

export interface RecordingIntakeOptions {
  readonly log: Log;
  readonly clock: Clock;
  readonly digest: Digest;
  readonly journal: Journal;
  readonly traces: Traces;
  readonly skew: ClockSkew;
  readonly incarnation: string;
  /** Venue shards. */
  readonly partitions: number;
}

/** A recording on its way into one instrument. */
export interface RecordingRun {
  /**
   * Resolves once the step is on the log; rejects with a `RefusalError` when it never will be. Throws one when another
   * recording has taken this one's place.
   */
  play(request: PlayRecordingRequest): Promise<void>;
  /** Another recording may be played into the instrument. */
  end(): void;
}

/** Who plays into an instrument. */
interface Place {
  readonly givesWay: boolean;
}

/** Puts the steps of recordings on the log, for the venue shards. */
export class RecordingIntake {
  readonly #options: RecordingIntakeOptions;
  readonly #writers: readonly PartitionWriter<VenueCommand>[];
  readonly #playing = new Map<string, Place>();
  #lastCommand = 0;

  constructor(options: RecordingIntakeOptions) {
    this.#options = options;
    const { log, clock, digest, journal, traces, incarnation, skew } = options;
    this.#writers = Array.from({ length: options.partitions }, (_, partition) => {
      const topic = topics.venueOrders.name;
      return new PartitionWriter({
        ...{ log, clock, digest, journal, traces, topic, partition },
        codec: VenueCommandCodec,
        source: incarnation,
        appended: (sentAt, appendTime) => skew.appended(sentAt, appendTime),
      });
    });
  }

  /**
   * Begins anew, and does so again at a step that asks to clear: step 1 makes the venue drop what the recording has at
   * rest. One recording an instrument at a time; one that gives way loses its place to one that does not.
   */
  begin(instrumentId: string, givesWay: boolean): RecordingRun {
    const other = this.#playing.get(instrumentId);
    if (other !== undefined && (givesWay || !other.givesWay)) throw taken(instrumentId);
    const place = { givesWay };
    this.#playing.set(instrumentId, place);
    let number = 0;
    return {
      play: (request) => {
        if (this.#playing.get(instrumentId) !== place) throw taken(instrumentId);
        number = request.clear ? 1 : number + 1;
        return this.#play(request, number);
      },
      end: () => {
        if (this.#playing.get(instrumentId) === place) this.#playing.delete(instrumentId);
      },
    };
  }

  stop(): void {
    for (const writer of this.#writers) writer.stop();
  }

  #play(request: PlayRecordingRequest, number: number): Promise<void> {
    const { instrumentId, levels, trades } = request;
    const partition = partitionOf(instrumentId, this.#options.partitions);
    return new Promise((resolve, reject) => {
      const step: Outgoing<VenueCommand> = {
        message: this.#message(request, number),
        weight: STEP_WEIGHT + ENTRY_WEIGHT * (levels.length + trades.length),
        // A step that is left out would stop all that follow it.
        giveUpAt: Number.POSITIVE_INFINITY,
        abandoned: false,
        mayStand: false,
        trace: undefined,
        logged: resolve,
        dropped: () => reject(silenceRefusal("NOTHING_LOGGED")),
      };
      (this.#writers[partition] as PartitionWriter<VenueCommand>).push(step);
    });
  }

  #message(request: PlayRecordingRequest, number: number): VenueCommand {
    const { clock, incarnation } = this.#options;
    const { instrumentId, levels, trades, clear } = request;
    const value = { instrumentId, number: BigInt(number), levels, trades, clear };
    this.#lastCommand += 1;
    return {
      $typeName: "atlas.venue.v1.VenueCommand",
      commandId: `${incarnation}.r${this.#lastCommand}`,
      instrumentId,
      occurredAt: timestampOf(Math.floor(clock.now())),
      command: { case: "recorded", value: { $typeName: "atlas.venue.v1.RecordedMarket", ...value } },
    };
  }
}

function taken(instrumentId: string): RefusalError {
  return refusal(Reason.CONFLICT, `another recording is being played into ${instrumentId}`, { field: "instrument_id" });
}
