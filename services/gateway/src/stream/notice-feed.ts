import type { SubscribeResponse, Subscription } from "@atlas/gen/atlas/stream/v1/stream_service_pb";
import type { Clock } from "@atlas/platform/ports/clock";
import { cursorOf, sequenceOf } from "@atlas/platform/query/cursor";
import { shardName } from "@atlas/platform/shard/shard-name";
import { timestampOf } from "@atlas/platform/wire/time";
import { contentsOf, weightOf } from "./contents.ts";
import type { Feed, StreamOutput } from "./feed.ts";
import type { NoticeBoard, PostedNotice } from "./notice-board.ts";
import { RESYNC, responseOf, snapshotContent, updateContent } from "./responses.ts";

const CONTROL = shardName("control", 0);

/** One subscription to notices. They are few: each is told, whatever pace was asked for. */
export class NoticeFeed implements Feed {
  readonly #subscriptionId: string;
  readonly #board: NoticeBoard;
  readonly #output: StreamOutput;
  readonly #clock: Clock;
  readonly #after: number | undefined;
  #stop: () => void = () => {};

  constructor(subscription: Subscription, path: string, board: NoticeBoard, output: StreamOutput, clock: Clock) {
    const { subscriptionId, cursor } = subscription;
    this.#subscriptionId = subscriptionId;
    this.#board = board;
    this.#output = output;
    this.#clock = clock;
    this.#after = cursor === "" ? undefined : sequenceOf(cursor, CONTROL, `${path}.cursor`);
  }

  start(): void {
    this.#begin(this.#after);
  }

  restart(): void {
    this.#stop();
    this.#push("", RESYNC, 100);
    this.#begin(undefined);
  }

  stop(): void {
    this.#stop();
  }

  #begin(after: number | undefined): void {
    if (after !== undefined && after >= this.#board.since) {
      for (const posted of this.#board.posted) if (posted.sequence > after) this.#tell(posted);
    } else {
      const contents = contentsOf({ notices: this.#board.posted.map(({ notice }) => notice) });
      this.#push(cursorOf(CONTROL, this.#board.sequence), snapshotContent(contents, true), weightOf(contents));
    }
    this.#stop = this.#board.listen((posted) => this.#tell(posted));
  }

  #tell({ sequence, notice }: PostedNotice): void {
    const contents = contentsOf({ notices: [notice] });
    this.#push(cursorOf(CONTROL, sequence), updateContent(contents), weightOf(contents));
  }

  #push(cursor: string, content: SubscribeResponse["content"], weight: number): void {
    const serverTime = timestampOf(Math.floor(this.#clock.now()));
    this.#output.push(responseOf(this.#subscriptionId, cursor, serverTime, content), weight);
  }
}
