import { Reason } from "@atlas/gen/atlas/error/v1/refusal_pb";
import {
  type ResendRequest,
  type ResendResponse,
  ResendResponseSchema,
} from "@atlas/gen/atlas/operations/v1/shard_service_pb";
import { create } from "@bufbuild/protobuf";
import { expect, test } from "vitest";
import { manualClock } from "../memory/manual-clock.ts";
import { refusal } from "../refusal/refusal-error.ts";
import { LinkMender } from "./link-mender.ts";
import { notReady } from "./not-ready.ts";
import type { ShardClient } from "./shard-client.ts";

const SHARD = "oms/1";
const [VENUE, CONTROL] = ["venue/0", "control/0"];

/** A receiver of two links, of which the owners have decided so many messages; each question is answered by `answer`. */
class Receiver {
  readonly clock = manualClock();
  readonly warnings: string[] = [];
  /** As `from`, or `from?` of who only counts, by the time in milliseconds. */
  readonly asked: string[] = [];
  readonly links = new Map<string, { number: number; chain: bigint }>();
  readonly decided = new Map<string, number>();
  /** What its inputs are behind by, in milliseconds. */
  late = 0;
  answer = (request: ResendRequest): Promise<ResendResponse> => {
    const messages = (this.decided.get(request.shard) ?? 0) - Number(request.fromNumber) + 1;
    return Promise.resolve(create(ResendResponseSchema, { messages: BigInt(Math.max(0, messages)) }));
  };
  readonly mender: LinkMender;
  readonly #begin = this.clock.monotonic();

  constructor() {
    const client = (shard: string): ShardClient => ({
      read: () => Promise.reject(new Error("never")),
      follow: () => ({ close: () => undefined }),
      resend: (request) => {
        expect([request.shard, request.destination]).toEqual([shard, SHARD]);
        expect(request.afterChain).toBe(this.links.get(shard)?.chain ?? 0n);
        const at = this.clock.monotonic() - this.#begin;
        this.asked.push(`${at} ${shard} ${request.fromNumber}${request.onlyCount ? "?" : ""}`);
        return this.answer(request);
      },
    });
    const warn = (message: string) => void this.warnings.push(message);
    const sources = { directory: { client }, names: [VENUE, CONTROL] };
    const shard = { name: SHARD, link: (source: string) => this.links.get(source) };
    this.mender = new LinkMender({ clock: this.clock, warn, sources }, shard, () => this.#caughtUp());
  }

  arrive(source: string, number: number): void {
    this.links.set(source, { number, chain: BigInt(number * 11) });
  }

  /** The questions since the last call. */
  async after(milliseconds: number): Promise<string[]> {
    await this.clock.advance(milliseconds);
    return this.asked.splice(0);
  }

  #caughtUp(): Promise<void> {
    return this.late === 0 ? Promise.resolve() : new Promise((resolve) => void this.clock.after(this.late, resolve));
  }
}

test("S4: an owner that begins asks every link once how far it is, and no more where nothing is missing", async () => {
  const receiver = new Receiver();
  receiver.arrive(VENUE, 4);
  receiver.decided.set(VENUE, 4);
  receiver.mender.open();
  expect(await receiver.after(100_000)).toEqual([`0 ${VENUE} 5?`, `0 ${CONTROL} 1?`]);
  expect(receiver.warnings).toEqual([]);
});

test("S4: what comes by itself is not asked for", async () => {
  const receiver = new Receiver();
  receiver.decided.set(VENUE, 3);
  receiver.mender.open();
  await receiver.after(500);
  receiver.arrive(VENUE, 3);
  expect(await receiver.after(100_000)).toEqual([]);
});

test("S4: of a jump the owner asks at once, from behind the last that came, until everything is there", async () => {
  const receiver = new Receiver();
  receiver.mender.open();
  await receiver.after(100);
  receiver.decided.set(VENUE, 9);
  receiver.arrive(VENUE, 2);
  receiver.mender.missing(VENUE, 5);
  expect(await receiver.after(500)).toEqual([`100 ${VENUE} 3`]);
  receiver.arrive(VENUE, 6);
  expect(await receiver.after(1_000)).toEqual([`1100 ${VENUE} 7`]);
  receiver.arrive(VENUE, 9);
  expect(await receiver.after(100_000)).toEqual([]);
  expect(receiver.warnings).toHaveLength(2);
});

test("S4: one question is under way for a link, and one a second is asked, however often it jumps", async () => {
  const receiver = new Receiver();
  receiver.mender.open();
  await receiver.after(100);
  let answered = () => {};
  receiver.answer = () => new Promise((resolve) => (answered = () => resolve(create(ResendResponseSchema))));
  for (let number = 2; number < 1_000; number++) receiver.mender.missing(VENUE, number);
  expect(await receiver.after(5_000)).toEqual([`100 ${VENUE} 1`]);
  receiver.mender.missing(VENUE, 2_000);
  answered();
  await receiver.after(900);
  receiver.mender.missing(VENUE, 2_001);
  expect(await receiver.after(0)).toEqual([]);
  expect(await receiver.after(200)).toEqual([`6100 ${VENUE} 1`]);
});

test("S4: a question that failed is asked again each second; one whose answer brings nothing, ever more seldom", async () => {
  const receiver = new Receiver();
  const { answer } = receiver;
  receiver.mender.open();
  await receiver.after(0);
  receiver.decided.set(VENUE, 1);
  receiver.answer = () => Promise.reject(notReady("nobody owns it"));
  receiver.mender.missing(VENUE, 1);
  expect(await receiver.after(2_500)).toHaveLength(3);
  receiver.answer = answer;
  const times = (await receiver.after(300_000)).map((one) => Math.round(Number.parseInt(one, 10) / 1_000));
  const gaps = times.slice(1).map((time, index) => time - (times[index] ?? 0));
  expect(gaps).toEqual([2, 4, 8, 16, 32, 64, 64, 64]);
});

test("F13: what a damaged header claims is not waited for: neither numbers that its sender never gave, nor a name that is nobody's", async () => {
  const receiver = new Receiver();
  receiver.mender.open();
  await receiver.after(0);
  receiver.decided.set(VENUE, 2);
  receiver.arrive(VENUE, 2);
  receiver.mender.missing(VENUE, 2 ** 40);
  receiver.mender.missing("venve/0", 7);
  expect(await receiver.after(100_000)).toEqual([`0 ${VENUE} 3`]);
});

test("S4: what jumps while the question is under way is news to its answer", async () => {
  const receiver = new Receiver();
  receiver.mender.open();
  await receiver.after(0);
  let answered = () => {};
  const { answer } = receiver;
  receiver.answer = () => new Promise((resolve) => (answered = () => resolve(create(ResendResponseSchema))));
  receiver.mender.missing(VENUE, 2);
  await receiver.after(10);
  receiver.decided.set(VENUE, 4);
  receiver.mender.missing(VENUE, 4);
  receiver.answer = answer;
  answered();
  expect(await receiver.after(1_500)).toHaveLength(1);
});

test("S4: who only wants to know asks again, too, of an owner that has not started; nobody is told", async () => {
  const receiver = new Receiver();
  const { answer } = receiver;
  receiver.answer = () => Promise.reject(notReady("it has not started"));
  receiver.mender.open();
  await receiver.after(4_500);
  receiver.answer = answer;
  receiver.decided.set(VENUE, 1);
  expect(await receiver.after(1_200)).toEqual([`5000 ${VENUE} 1?`, `5000 ${CONTROL} 1?`]);
  expect(receiver.warnings).toEqual([]);
  expect(await receiver.after(1_000)).toEqual([`6000 ${VENUE} 1`]);
});

test("S4: a sender that cannot send again is asked ever more seldom, and a person is told", async () => {
  const receiver = new Receiver();
  receiver.mender.open();
  await receiver.after(0);
  receiver.answer = () => Promise.reject(refusal(Reason.DEFECT, "two histories"));
  receiver.mender.missing(VENUE, 1);
  expect((await receiver.after(60_000)).length).toBeLessThan(8);
  expect(receiver.warnings).toContain("a link cannot be asked for");
});

test("F13: behind a broken record every link is doubted anew, and who is behind with its inputs asks when it is not", async () => {
  const receiver = new Receiver();
  receiver.mender.open();
  await receiver.after(0);
  await receiver.after(1_000);
  receiver.late = 3_000;
  receiver.decided.set(CONTROL, 1);
  receiver.mender.doubt();
  expect(await receiver.after(2_999)).toEqual([]);
  receiver.arrive(CONTROL, 1);
  expect(await receiver.after(100_000)).toEqual([`4000 ${VENUE} 1?`, `4000 ${CONTROL} 2?`]);
});

// Fails when a doubt is not paced.
test("F13: while one record after the other is broken every link is asked after once a second", async () => {
  const receiver = new Receiver();
  receiver.mender.open();
  for (let count = 0; count < 30; count++) {
    await receiver.clock.advance(100);
    receiver.mender.doubt();
  }
  const due = [0, 1_000, 2_000, 3_000].map((time) => `${time} ${VENUE} 1?`);
  expect((await receiver.after(0)).filter((one) => one.includes(VENUE))).toEqual(due);
});

// Fails when what is known is kept from before the owner caught up.
test("S4: what comes to be doubted while the owner catches up is not forgotten when its question fails", async () => {
  const receiver = new Receiver();
  const { answer } = receiver;
  receiver.mender.open();
  await receiver.after(1_000);
  receiver.late = 500;
  receiver.answer = () => Promise.reject(notReady("it has just died"));
  receiver.mender.missing(VENUE, 10);
  await receiver.clock.advance(100);
  receiver.arrive(VENUE, 10);
  receiver.mender.doubt();
  await receiver.after(500);
  receiver.answer = answer;
  receiver.decided.set(VENUE, 11);
  expect((await receiver.after(5_000)).some((one) => one.endsWith(`${VENUE} 11`))).toBe(true);
});

test("S21: who has not begun, or has ended, does not ask", async () => {
  const receiver = new Receiver();
  receiver.mender.missing(VENUE, 3);
  receiver.mender.doubt();
  expect(await receiver.after(10_000)).toEqual([]);
  receiver.mender.open();
  receiver.mender.missing(VENUE, 3);
  receiver.mender.close();
  expect(await receiver.after(10_000)).toEqual([]);
});
