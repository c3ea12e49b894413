import type {
  FollowResponse,
  ReadRequest,
  ReadResponse,
  ResendRequest,
  ResendResponse,
} from "@atlas/gen/atlas/operations/v1/shard_service_pb";

/** Receives what a shard decides. */
export interface FollowReceiver {
  /** Frames of events in sequence, gapless from the one after `after`. Must not throw and must not keep the caller waiting. */
  receive(response: FollowResponse): void;
  /** The owner went away, or no longer has what was asked for: read anew, then follow from there. Called once. */
  fail(error: Error): void;
}

/**
 * A shard at its owner: `ShardService` as the platform's processes use it, whether the owner is here or elsewhere.
 * `read` rejects with a `RefusalError` (NOT_READY) when there is no owner, or when `deadline` (clock's monotonic
 * milliseconds) passes before the shard shows what was asked for; so does `resend` before it has sent what was asked for.
 */
export interface ShardClient {
  read(request: ReadRequest, deadline: number): Promise<ReadResponse>;
  follow(after: number, receiver: FollowReceiver): { close(): void };
  /** Sends a link's messages again (S4). */
  resend(request: ResendRequest, deadline: number): Promise<ResendResponse>;
}

/** Finds the owner of a shard: `oms/0` to `oms/15`, `venue/0` to `venue/7`, `control/0`, `identity/0`. */
export interface ShardDirectory {
  client(shard: string): ShardClient;
}
