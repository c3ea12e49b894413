import type { Dice } from "@atlas/assembly/simulated/dice";
import type { GatewayProcess, MemoryPlatform } from "@atlas/assembly/simulated/memory-platform";
import { type Contents, StreamService, type SubscribeResponse } from "@atlas/gen/atlas/stream/v1/stream_service_pb";
import { sleep } from "@atlas/platform/ports/clock";
import { channelNames, type ScreenChannel, screenChannels } from "../model/screen-channels.ts";
import { Reading } from "./reading.ts";
import { Stay } from "./stay.ts";

/** What a screen was told of a channel. */
export interface Told {
  readonly channel: ScreenChannel;
  readonly kind: "snapshot" | "update" | "resync";
  /** Of the account's shard, by the cursor; of a resync 0. */
  readonly sequence: number;
  readonly contents: readonly Contents[];
}

/** Without a sign of life for so many milliseconds a client goes elsewhere. */
const SILENCE = 3_000;

/** Why it leaves: as a browser says it, made once. */
const LEFT = new DOMException("This operation was aborted", "AbortError");
const STAY = 4_000;

/**
 * A screen that shows an account by a stream, and opens it anew, by its cursors, at whichever gateway lives: where it breaks,
 * where it falls silent, and now and then because its person moves on.
 */
export class Screen {
  readonly accountId: string;
  readonly told: Told[] = [];
  /** Streams that were opened. */
  opened = 0;
  readonly #platform: MemoryPlatform;
  readonly #roll: Dice;
  /** Milliseconds for which it keeps a stream, at most. */
  readonly #stay: number;
  readonly #cursors = new Map<string, string>();
  /** Snapshots that have not come to an end, by subscription. */
  #parts = new Map<string, Contents[]>();
  readonly #reading: Reading;
  #open = new AbortController();
  #stopped = false;

  constructor(platform: MemoryPlatform, accountId: string, roll: Dice, stay = STAY) {
    this.#stay = stay;
    this.#platform = platform;
    this.accountId = accountId;
    this.#roll = roll;
    this.#reading = new Reading(platform.clock);
  }

  /** Resolves when it was stopped. */
  async show(): Promise<void> {
    const { clock } = this.#platform;
    while (!this.#stopped) {
      const living = this.#platform.livingGateways();
      if (living.length > 0) await this.#read(this.#roll.pick(living)).catch(() => undefined);
      await sleep(clock, this.#roll(300));
    }
  }

  stop(): void {
    this.#stopped = true;
    this.#open.abort();
  }

  readSlowly(milliseconds: number, pause: number): void {
    this.#reading.slow(milliseconds, pause);
  }

  wake(): void {
    this.#reading.wake();
  }

  async #read(gateway: GatewayProcess): Promise<void> {
    const { clock } = this.#platform;
    const open = new AbortController();
    this.#open = open;
    this.#parts = new Map();
    this.opened++;
    const leave = (): void => open.abort(LEFT);
    const stay = new Stay(clock, this.#reading, leave, 500 + this.#roll(this.#stay), SILENCE);
    const subscriptions = channelNames.map((name) => {
      const cursor = this.#cursors.get(name) ?? "";
      return { subscriptionId: name, channel: screenChannels[name], accountId: this.accountId, cursor };
    });
    const stream = gateway.client(StreamService).subscribe({ subscriptions }, { signal: open.signal });
    try {
      for await (const message of stream) {
        stay.heard();
        if (open.signal.aborted) return;
        this.#take(message);
        if (this.#reading.isSlow) await stay.pause();
      }
    } finally {
      stay.end();
    }
  }

  #take({ subscriptionId, cursor, content }: SubscribeResponse): void {
    const channel = channelNames.find((name) => name === subscriptionId);
    if (channel === undefined || content.case === "heartbeat" || content.case === undefined) return;
    if (content.case === "resync") {
      this.#cursors.delete(subscriptionId);
      this.#parts.delete(subscriptionId);
      this.told.push({ channel, kind: "resync", sequence: 0, contents: [] });
      return;
    }
    const parts = this.#parts.get(subscriptionId) ?? [];
    if (content.value.contents !== undefined) parts.push(content.value.contents);
    this.#parts.set(subscriptionId, parts);
    if (content.case === "snapshot" && !content.value.last) return;
    this.#parts.delete(subscriptionId);
    this.#cursors.set(subscriptionId, cursor);
    this.told.push({ channel, kind: content.case, sequence: Number(cursor.split(":")[1]), contents: parts });
  }
}
