import { Reason } from "@atlas/gen/atlas/error/v1/refusal_pb";
import { ProcessBeatSchema, ShardLeaseSchema } from "@atlas/gen/atlas/log/v1/lease_pb";
import {
  FollowResponseSchema,
  type ReadRequest,
  ReadRequestSchema,
  type ReadResponse,
  ReadResponseSchema,
  ResendRequestSchema,
  ResendResponseSchema,
} from "@atlas/gen/atlas/operations/v1/shard_service_pb";
import { create } from "@bufbuild/protobuf";
import { beforeEach, expect, test } from "vitest";
import { type ManualClock, manualClock } from "../memory/manual-clock.ts";
import { memoryStore } from "../memory/memory-store.ts";
import { RefusalError, refusal } from "../refusal/refusal-error.ts";
import { notReady } from "../shard/not-ready.ts";
import type { FollowReceiver, ShardDirectory } from "../shard/shard-client.ts";
import { LeaseTable } from "./lease-table.ts";
import { LeaseView } from "./lease-view.ts";
import { LeasedDirectory } from "./leased-directory.ts";

const SHARD = "oms/3";
const request: ReadRequest = create(ReadRequestSchema, { shard: SHARD });

let clock: ManualClock;
let table: LeaseTable;
let view: LeaseView;
let directory: LeasedDirectory;
/** What each process answers, and who follows there. */
let answers: Map<string, () => Promise<ReadResponse>>;
let followers: Map<string, FollowReceiver>;
let closed: string[];

beforeEach(() => {
  clock = manualClock();
  table = new LeaseTable(memoryStore({ clock }));
  view = new LeaseView(table, clock);
  answers = new Map();
  followers = new Map();
  closed = [];
  const at = (name: string): ShardDirectory => ({
    client: () => ({
      read: () => (answers.get(name) ?? (() => Promise.reject(notReady(`${name} is gone`))))(),
      follow: (_after, receiver) => {
        followers.set(name, receiver);
        return { close: () => void closed.push(name) };
      },
      resend: async () => {
        await (answers.get(name) ?? (() => Promise.reject(notReady(`${name} is gone`))))();
        return create(ResendResponseSchema, { messages: 7n });
      },
    }),
  });
  const here = { process: "here", shards: at("here") };
  directory = new LeasedDirectory({ clock, view, here, connect: (address) => at(address.replace("http://", "")) });
});

let versions = 0;
async function give(process: string): Promise<void> {
  versions += 1;
  const beat = create(ProcessBeatSchema, { process, address: `http://${process}` });
  const done = Promise.all([
    table.lease(create(ShardLeaseSchema, { shard: SHARD, process }), versions),
    process === "" ? undefined : table.beat(beat, versions),
  ]);
  await clock.settle();
  await done;
  const looked = view.look();
  await clock.settle();
  await looked;
}

function answer(sequence: number): () => Promise<ReadResponse> {
  return () => Promise.resolve(create(ReadResponseSchema, { sequence: BigInt(sequence) }));
}

async function run<Value>(work: Promise<Value>, milliseconds = 10_000): Promise<Value> {
  void work.catch(() => undefined);
  await clock.advance(milliseconds);
  return work;
}

test("S21: a read goes to the lease's holder, here or elsewhere", async () => {
  answers.set("a", answer(1)).set("here", answer(2));
  await give("a");
  expect((await run(directory.client(SHARD).read(request, 5_000))).sequence).toBe(1n);
  await give("here");
  expect((await run(directory.client(SHARD).read(request, clock.monotonic() + 5_000))).sequence).toBe(2n);
});

// Fails when it is asked again within the deadline.
test("S4: who is asked to send again is the lease's holder, and once: whoever asks repeats it in its own time", async () => {
  const ask = () => directory.client(SHARD).resend(create(ResendRequestSchema, { shard: SHARD }), 20_000);
  await expect(run(ask())).rejects.toMatchObject({ refusal: { reason: Reason.NOT_READY } });
  answers.set("b", answer(1));
  await give("b");
  expect((await run(ask())).messages).toBe(7n);
});

test("a read waits for an owner within its deadline, and is refused then", async () => {
  const refused = run(directory.client(SHARD).read(request, 3_000)).catch((error: unknown) => error);
  expect(await refused).toMatchObject({ refusal: { reason: Reason.NOT_READY } });
  const reading = directory.client(SHARD).read(request, clock.monotonic() + 5_000);
  await clock.advance(1_000);
  answers.set("a", answer(7));
  await give("a");
  expect((await run(reading)).sequence).toBe(7n);
});

test("F10: who waits for an owner that stands still is answered by its successor", async () => {
  answers.set("a", () => new Promise(() => undefined)).set("b", answer(9));
  await give("a");
  const reading = directory.client(SHARD).read(request, clock.monotonic() + 20_000);
  await clock.advance(4_000);
  await give("b");
  expect((await run(reading)).sequence).toBe(9n);
});

test("a refusal that another attempt does not cure is told at once", async () => {
  let asked = 0;
  answers.set("a", () => {
    asked += 1;
    return Promise.reject(refusal(Reason.UNKNOWN_ACCOUNT, "no such account"));
  });
  await give("a");
  await expect(run(directory.client(SHARD).read(request, 5_000))).rejects.toThrow(RefusalError);
  expect(asked).toBe(1);
});

test("S15: a stream ends when its shard moves, so that its follower goes on at the new owner", async () => {
  const heard: unknown[] = [];
  const receiver: FollowReceiver = {
    receive: (response) => void heard.push(response),
    fail: (error) => void heard.push(error.message),
  };
  directory.client(SHARD).follow(0, receiver);
  expect(heard).toEqual([`${SHARD} has no owner now`]);
  await give("a");
  directory.client(SHARD).follow(0, receiver);
  const response = create(FollowResponseSchema);
  followers.get("a")?.receive(response);
  await give("b");
  followers.get("a")?.receive(response);
  expect(heard.slice(1)).toEqual([response, `${SHARD} has moved to another process`]);
  expect(closed).toEqual(["a"]);
});
