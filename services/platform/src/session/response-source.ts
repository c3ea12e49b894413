import type { SubscribeRequest, SubscribeResponse } from "@atlas/gen/atlas/stream/v1/stream_service_pb";
import type { Caller } from "../access/caller.ts";
import type { RefusalError } from "../refusal/refusal-error.ts";

/** A response that waits for its reader. */
export interface WaitingResponse {
  readonly response: SubscribeResponse;
  /**
   * Whether cursor, time and content are told to others, too: they are encoded once for all who have the same content,
   * which is the same object.
   */
  readonly shared: boolean;
}

/** The responses of one `Subscribe` stream, as its transport takes them: no faster than the client does. */
export interface ResponseSource {
  /** The next one, if there is one. A reader that was away for too long finds that everything starts anew. */
  take(): WaitingResponse | undefined;
  /** Calls `wake` once, as soon as there is something to take or the source has ended; at once if so. */
  ready(wake: () => void): void;
  /** Nothing more comes; `undefined`: it goes on. */
  readonly ended: { readonly error: RefusalError | undefined } | undefined;
  /** The reader has gone. */
  close(): void;
}

/** Begins a stream whose request is valid and allowed. Throws a `RefusalError` when it cannot be served. */
export type OpenResponseSource = (caller: Caller, request: SubscribeRequest) => ResponseSource;
