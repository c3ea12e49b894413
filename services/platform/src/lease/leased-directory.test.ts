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
import { beforeEach, describe, expect, test } from "vitest";
import { type ManualClock, manualClock } from "../memory/manual-clock.ts";
import { memoryStore, type StoreCall } from "../memory/memory-store.ts";
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
let answers: Map<string, (request: ReadRequest) => Promise<ReadResponse>>;
let followers: Map<string, FollowReceiver>;
let closed: string[];
/** Reads that reached an owner: which, and when. */
let asked: string[];
/** When the leases were read. */
let looks: number[];

beforeEach(() => {
  clock = manualClock();
  looks = [];
  asked = [];
  const fault = ({ operation }: StoreCall) => {
    if (operation === "query") looks.push(clock.monotonic());
    return undefined;
  };
  table = new LeaseTable(memoryStore({ clock, fault }));
  view = new LeaseView(table, clock);
  answers = new Map();
  followers = new Map();
  closed = [];
  const at = (name: string): ShardDirectory => ({
    client: () => ({
      read: (read) => {
        asked.push(`${name} at ${clock.monotonic()}`);
        return (answers.get(name) ?? (() => Promise.reject(notReady(`${name} is gone`))))(read);
      },
      follow: (_after, receiver) => {
        followers.set(name, receiver);
        return { close: () => void closed.push(name) };
      },
      resend: async () => {
        await (answers.get(name) ?? (() => Promise.reject(notReady(`${name} is gone`))))(request);
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

/** Reads, and notes what came of it and when. */
function read(deadline: number, notBefore = 0n): { outcome?: string } {
  const reading: { outcome?: string } = {};
  const told = (what: string) => {
    reading.outcome = `${what} at ${clock.monotonic()}`;
  };
  directory
    .client(SHARD)
    .read(create(ReadRequestSchema, { shard: SHARD, notBefore }), deadline)
    .then(
      ({ sequence }) => told(`${sequence}`),
      (error: Error) => told(error.message),
    );
  return reading;
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
  answers.set("a", () => Promise.reject(refusal(Reason.UNKNOWN_ACCOUNT, "no such account")));
  await give("a");
  await expect(run(directory.client(SHARD).read(request, 5_000))).rejects.toThrow(RefusalError);
  expect(asked).toHaveLength(1);
});

describe("calls that are refused", () => {
  test("wait together: one asks again, ever more seldom, and all are answered with it", async () => {
    await give("a");
    looks = [];
    const readings: { outcome?: string }[] = [];
    for (let count = 0; count < 200; count++) {
      readings.push(read(10_000));
      await clock.advance(7);
    }
    await clock.advance(6_600);
    expect(clock.monotonic()).toBe(8_000);
    // One for each call; then after pauses of 50 and 100 ms, and every 200 ms.
    expect(asked.length - 200).toBeLessThanOrEqual(41);
    expect(asked.length - 200).toBeGreaterThanOrEqual(33);
    expect(asked.slice(-2)).toEqual(["a at 7750", "a at 7950"]);
    expect(looks[0]).toBe(0);
    expect(looks.length).toBeLessThanOrEqual(33);
    expect(Math.min(...looks.slice(1).map((at, index) => at - (looks[index] as number)))).toBeGreaterThanOrEqual(250);
    answers.set("a", answer(7));
    await clock.advance(300);
    expect(new Set(readings.map(({ outcome }) => outcome))).toEqual(new Set(["7 at 8150"]));
    asked = [];
    looks = [];
    expect((await run(directory.client(SHARD).read(request, 20_000))).sequence).toBe(7n);
    expect(asked).toHaveLength(1);
    expect(looks).toEqual([]);
  });

  test("S21: are put to the next owner by one of them, as soon as the lease names it, and soon again", async () => {
    await give("a");
    const readings = Array.from({ length: 100 }, () => read(20_000));
    await clock.advance(4_960);
    asked = [];
    const given = Promise.all([
      table.lease(create(ShardLeaseSchema, { shard: SHARD, process: "b" }), ++versions),
      table.beat(create(ProcessBeatSchema, { process: "b", address: "http://b" }), versions),
    ]);
    await clock.advance(45);
    await given;
    expect(asked).toEqual(["b at 5000"]);
    answers.set("b", answer(9));
    await clock.advance(60);
    expect(asked.slice(1, 3)).toEqual(["b at 5050", "b at 5050"]);
    expect(new Set(readings.map(({ outcome }) => outcome))).toEqual(new Set(["9 at 5050"]));
  });

  test("wait no longer than each may, and not beyond the directory's end", async () => {
    await give("a");
    const readings = [read(3_333), read(3_334), read(9_000)];
    await clock.advance(3_400);
    directory.close();
    await clock.settle();
    expect(readings.map(({ outcome }) => outcome)).toEqual([
      "a is gone at 3333",
      "a is gone at 3334",
      "a is gone at 3400",
    ]);
  });

  test("keep nobody waiting who is answered, and try again with it, each once", async () => {
    answers.set("a", ({ notBefore }) => (notBefore > 0n ? Promise.reject(notReady("not so far")) : answer(7)()));
    await give("a");
    for (let count = 0; count < 10; count++) read(20_000, 8n);
    await clock.advance(5_020);
    asked = [];
    const answered = read(20_000);
    await clock.advance(49);
    expect(answered.outcome).toBe("7 at 5020");
    expect(asked).toHaveLength(11);
  });

  test("wait a fifth of a second at most for the one that asks for them", async () => {
    await give("a");
    const first = read(20_000);
    await clock.advance(1);
    const second = read(20_000);
    await clock.advance(1);
    let isFirst = true;
    answers.set("a", () => {
      if (!isFirst) return answer(7)();
      isFirst = false;
      return new Promise(() => undefined);
    });
    await clock.advance(1_000);
    expect(second.outcome).toBe("7 at 250");
    expect(first.outcome).toBeUndefined();
  });
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

// Fails when a lease that is free has nobody who is asked: with a store that goes away then, nobody would be for all that time.
test("F6, S21: a shard whose lease was freed is asked where it was until another has it, and its stream goes on", async () => {
  const heard: unknown[] = [];
  answers.set("a", answer(1)).set("b", answer(2));
  await give("a");
  directory.client(SHARD).follow(0, {
    receive: (response) => void heard.push(response),
    fail: (error) => void heard.push(error.message),
  });
  await give("");
  expect((await run(directory.client(SHARD).read(request, clock.monotonic() + 5_000), 100)).sequence).toBe(1n);
  const response = create(FollowResponseSchema);
  followers.get("a")?.receive(response);
  expect(heard).toEqual([response]);
  await give("b");
  expect((await run(directory.client(SHARD).read(request, clock.monotonic() + 5_000))).sequence).toBe(2n);
  expect(heard).toEqual([response, `${SHARD} has moved to another process`]);
});
