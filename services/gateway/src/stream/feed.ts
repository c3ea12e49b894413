import type { SubscribeResponse } from "@atlas/gen/atlas/stream/v1/stream_service_pb";
import type { RefusalError } from "@atlas/platform/refusal/refusal-error";

/** Where feeds put what their subscriptions are told. */
export interface StreamOutput {
  /** `shared`: content, cursor and time are told to others as well, by the same objects. */
  push(response: SubscribeResponse, weight: number, shared?: boolean): void;
  /** The whole stream ends with this. */
  end(error: RefusalError): void;
}

/** What serves one or more subscriptions of one stream. */
export interface Feed {
  /** Tells what stands or was missed, then what changes. */
  start(): void;
  /** Tells `resync`, then starts without cursors: what the client holds is void. */
  restart(): void;
  stop(): void;
}
