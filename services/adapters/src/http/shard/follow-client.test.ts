import { EventEmitter } from "node:events";
import type { FollowReceiver } from "@atlas/platform/shard/shard-client";
import type { Http2SessionManager } from "@connectrpc/connect-node";
import { expect, test } from "vitest";
import { followShard } from "./follow-client.ts";

/** A stream of a process that answers what the test says. */
class Stream extends EventEmitter {
  isClosed = false;
  end(): void {}
  close(): void {
    this.isClosed = true;
  }
}

const badAnswers: [string, Buffer][] = [
  ["no message of ours", Buffer.from([0, 0, 0, 0, 3, 255, 255, 255])],
  ["a field that this build does not know", Buffer.from([0, 0, 0, 0, 3, 0xf8, 0x7f, 1])],
  ["a message larger than any", Buffer.from([0, 255, 255, 255, 255])],
  ["an end that is no JSON", Buffer.from([2, 0, 0, 0, 1, 123])],
];

test.each(badAnswers)("%s ends the stream, not the process", async (_name, bytes) => {
  const stream = new Stream();
  const session = { request: async () => stream, notifyResponseByteRead: () => undefined };
  const failed: Error[] = [];
  const receiver: FollowReceiver = {
    receive: () => undefined,
    fail: (error: Error) => void failed.push(error),
  } as never;
  followShard(session as unknown as Http2SessionManager, { shard: "oms/0", after: 0 }, receiver);
  await Promise.resolve();
  expect(() => stream.emit("data", bytes)).not.toThrow();
  expect(failed).toHaveLength(1);
  expect(stream.isClosed).toBe(true);
});
