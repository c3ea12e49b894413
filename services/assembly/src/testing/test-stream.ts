import {
  type Contents,
  StreamService,
  type SubscribeResponse,
  type SubscriptionSchema,
} from "@atlas/gen/atlas/stream/v1/stream_service_pb";
import { inProcessTransport } from "@atlas/platform/access/in-process-transport";
import { refusalOf } from "@atlas/platform/refusal/refusal-error";
import type { MessageInitShape } from "@bufbuild/protobuf";
import { createClient } from "@connectrpc/connect";
import type { UniversalHandler } from "@connectrpc/connect/protocol";
import type { GatewayPlatform } from "./gateway-platform.ts";

interface TestStreamOptions {
  readonly authorization?: string;
  /** Of another gateway. */
  readonly handlers?: readonly UniversalHandler[];
}

/** A client's end of a stream: gathers what comes until it is stopped. */
export class TestStream {
  readonly messages: SubscribeResponse[] = [];
  /** Why it ended; `undefined`: it goes on, or was stopped. */
  error: unknown;
  readonly #abort = new AbortController();
  #resume: (() => void) | undefined;
  #paused: Promise<void> | undefined;

  constructor(
    platform: GatewayPlatform,
    subscriptions: MessageInitShape<typeof SubscriptionSchema>[],
    { authorization = platform.localKey(), handlers = platform.handlers }: TestStreamOptions = {},
  ) {
    const stream = createClient(StreamService, inProcessTransport(handlers, { authorization }));
    this.#read(stream.subscribe({ subscriptions }, { signal: this.#abort.signal })).catch((error: unknown) => {
      if (!this.#abort.signal.aborted) this.error = error;
    });
  }

  /** Takes nothing more until `resume`. */
  pause(): void {
    this.#paused = new Promise((resolve) => (this.#resume = resolve));
  }

  resume(): void {
    this.#paused = undefined;
    this.#resume?.();
  }

  stop(): void {
    this.#abort.abort();
  }

  of(subscriptionId: string): SubscribeResponse[] {
    return this.messages.filter((message) => message.subscriptionId === subscriptionId);
  }

  /** What the updates of a subscription hold, one after the other. */
  updates(subscriptionId: string): Contents[] {
    return this.of(subscriptionId).flatMap(({ content }) =>
      content.case === "update" ? [content.value.contents as Contents] : [],
    );
  }

  snapshots(subscriptionId: string): Contents[] {
    return this.of(subscriptionId).flatMap(({ content }) =>
      content.case === "snapshot" ? [content.value.contents as Contents] : [],
    );
  }

  kinds(subscriptionId: string): (string | undefined)[] {
    return this.of(subscriptionId).map(({ content }) => content.case);
  }

  cursor(subscriptionId: string): string {
    return this.of(subscriptionId).at(-1)?.cursor ?? "";
  }

  get reason() {
    return refusalOf(this.error)?.reason;
  }

  get field() {
    return refusalOf(this.error)?.field;
  }

  async #read(responses: AsyncIterable<SubscribeResponse>): Promise<void> {
    for await (const response of responses) {
      this.messages.push(response);
      await this.#paused;
    }
  }
}
