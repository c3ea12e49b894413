import { type SubscribeResponse, SubscribeResponseSchema } from "@atlas/gen/atlas/stream/v1/stream_service_pb";
import { notReady } from "@atlas/platform/shard/not-ready";
import { create } from "@bufbuild/protobuf";
import { describe, expect, test } from "vitest";
import { USUAL_ROOM } from "../unread-room.ts";
import { ResponseQueue } from "./response-queue.ts";

const response = (subscriptionId: string): SubscribeResponse => create(SubscribeResponseSchema, { subscriptionId });

async function take(responses: AsyncGenerator<SubscribeResponse>, count: number): Promise<string[]> {
  const taken: string[] = [];
  while (taken.length < count) taken.push(((await responses.next()).value as SubscribeResponse).subscriptionId);
  return taken;
}

describe("what waits for a reader (F22)", () => {
  test("comes in order, also to who waited for it", async () => {
    const queue = new ResponseQueue(USUAL_ROOM, () => expect.unreachable());
    const responses = queue.responses();
    const first = take(responses, 1);
    for (const id of ["a", "b", "c"]) queue.push(response(id), 10, false);
    expect([...(await first), ...(await take(responses, 2))]).toEqual(["a", "b", "c"]);
  });

  test.each([
    ["messages", USUAL_ROOM.streamMessages + 1, 1],
    ["bytes", 9, USUAL_ROOM.streamBytes / 8],
  ])(
    "is bounded by %s: above it all is dropped, until the reader is back and everything starts anew",
    async (_, count, weight) => {
      let restarts = 0;
      const queue = new ResponseQueue(USUAL_ROOM, () => {
        restarts += 1;
        queue.push(response("anew"), 10, false);
      });
      for (let index = 0; index < count; index++) queue.push(response("old"), weight, false);
      queue.push(response("late"), 10, false);
      expect(restarts).toBe(0);
      expect(await take(queue.responses(), 1)).toEqual(["anew"]);
      expect(restarts).toBe(1);
    },
  );

  test("ends with an error, or without, and takes nothing after", async () => {
    const failed = new ResponseQueue(USUAL_ROOM, () => expect.unreachable());
    const waiting = failed.responses().next();
    failed.end(notReady("stopping"));
    failed.push(response("late"), 10, false);
    await expect(waiting).rejects.toThrow("stopping");
    const ended = new ResponseQueue(USUAL_ROOM, () => expect.unreachable());
    ended.push(response("dropped"), 10, false);
    ended.end(undefined);
    expect(await ended.responses().next()).toEqual({ done: true, value: undefined });
  });
});
