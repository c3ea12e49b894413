import {
  Channel,
  type Contents,
  type SubscribeRequestSchema,
  type SubscribeResponse,
  SubscribeResponseSchema,
} from "@atlas/gen/atlas/stream/v1/stream_service_pb";
import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { LiveStream, type Receiver, type StreamStatus, type StreamWorld, type Terms } from "./live-stream.ts";

type Request = MessageInitShape<typeof SubscribeRequestSchema>;

/** A stream as the server holds it. */
export interface ServerEnd {
  readonly request: Request;
  readonly signal: AbortSignal;
  say(content: SubscribeResponse["content"], subscription?: number, cursor?: string): Promise<void>;
  end(error?: unknown): Promise<void>;
}

/** A world whose clock stands until it is moved, and whose server says what the test says. */
export class FakeWorld implements StreamWorld {
  readonly opened: ServerEnd[] = [];
  readonly statuses: StreamStatus[] = [];
  renewals: boolean[] = [];
  /** Instruments of watches that were told anew. */
  readonly anew: (string | undefined)[] = [];
  #now = 1_000_000;
  #timers: { readonly at: number; readonly run: () => void }[] = [];

  open(request: Request, signal: AbortSignal): AsyncIterable<SubscribeResponse> {
    const queue: SubscribeResponse[] = [];
    let ended: { readonly error: unknown } | undefined;
    let wake = (): void => {};
    const poke = async (): Promise<void> => {
      wake();
      await settle();
    };
    this.opened.push({
      request,
      signal,
      say: (content, subscription, cursor = "") => {
        const subscriptionId =
          subscription === undefined ? "" : (request.subscriptions?.[subscription]?.subscriptionId ?? "");
        queue.push(create(SubscribeResponseSchema, { subscriptionId, cursor, content }));
        return poke();
      },
      end: (error) => {
        ended = { error };
        return poke();
      },
    });
    return (async function* () {
      for (;;) {
        const response = queue.shift();
        if (response !== undefined) yield response;
        else if (ended?.error !== undefined) throw ended.error;
        else if (ended !== undefined) return;
        else await new Promise<void>((resolve) => (wake = resolve));
      }
    })();
  }

  renew(): Promise<boolean> {
    return Promise.resolve(this.renewals.shift() ?? false);
  }

  now(): number {
    return this.#now;
  }

  wallTime(): number {
    return this.#now;
  }

  after(milliseconds: number, run: () => void): () => void {
    const timer = { at: this.#now + milliseconds, run };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((one) => one !== timer);
    };
  }

  chance(): number {
    return 0;
  }

  changed(status: StreamStatus): void {
    this.statuses.push(status);
  }

  retold({ instrumentId }: Terms): void {
    this.anew.push(instrumentId);
  }

  /** Lets time pass, timer by timer. */
  async pass(milliseconds: number): Promise<void> {
    const end = this.#now + milliseconds;
    for (;;) {
      const due = this.#timers.filter(({ at }) => at <= end).sort((left, right) => left.at - right.at)[0];
      if (due === undefined) break;
      this.#timers = this.#timers.filter((one) => one !== due);
      this.#now = Math.max(this.#now, due.at);
      due.run();
      await settle();
    }
    this.#now = end;
  }

  /** The machine sleeps: time passes and no timer runs. */
  sleep(milliseconds: number): void {
    this.#now += milliseconds;
  }

  get last(): ServerEnd {
    const last = this.opened.at(-1);
    if (last === undefined) throw new Error("no stream was opened");
    return last;
  }
}

/** What a watch was told, as lines. */
export class Notes implements Receiver {
  readonly lines: string[] = [];

  snapshot(parts: readonly Contents[]): void {
    this.lines.push(`snapshot ${parts.map(namesOf).join("+")}`);
  }

  update(contents: Contents): void {
    this.lines.push(`update ${namesOf(contents)}`);
  }

  resync(): void {
    this.lines.push("resync");
  }
}

export const HEARTBEAT = { case: "heartbeat", value: { $typeName: "atlas.stream.v1.StreamHeartbeat" } } as const;
export const RESYNC = { case: "resync", value: { $typeName: "atlas.stream.v1.Resync" } } as const;

export function snapshot(name: string, last = true): SubscribeResponse["content"] {
  return { case: "snapshot", value: { $typeName: "atlas.stream.v1.Snapshot", contents: named(name), last } };
}

export function update(name: string): SubscribeResponse["content"] {
  return { case: "update", value: { $typeName: "atlas.stream.v1.Update", contents: named(name) } };
}

/** A stream that watches one thing, live. */
export async function liveStream(): Promise<{ world: FakeWorld; stream: LiveStream; notes: Notes }> {
  const world = new FakeWorld();
  const stream = new LiveStream(world);
  const notes = new Notes();
  stream.watch({ channel: Channel.NOTICES }, notes);
  await world.pass(0);
  await world.last.say(snapshot("a"), 0, "c1");
  return { world, stream, notes };
}

export async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
}

function named(message: string): Contents {
  return {
    $typeName: "atlas.stream.v1.Contents",
    ...{ orders: [], fills: [], balances: [], positions: [], trades: [], candles: [] },
    notices: [{ $typeName: "atlas.stream.v1.Notice", message }],
  };
}

function namesOf(contents: Contents): string {
  return contents.notices.map(({ message }) => message).join(",");
}
