import { type AddressInfo, createServer, type Socket } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { BrokerConnection } from "./broker-connection.ts";

const FETCH = 1;

/** Says which versions it knows when it is connected to; hangs up when it was asked `most` questions more. */
async function hangingUp(most: number): Promise<string> {
  const server = createServer((socket: Socket) => {
    let [asked, rest] = [-1, Buffer.alloc(0)];
    socket.on("error", () => undefined);
    socket.on("data", (bytes) => {
      rest = Buffer.concat([rest, bytes]);
      while (rest.length >= 4 && rest.length >= 4 + rest.readInt32BE(0)) {
        if (asked < 0) socket.write(versions(rest.readInt32BE(8)));
        asked += 1;
        rest = rest.subarray(4 + rest.readInt32BE(0));
      }
      if (asked === most) socket.destroy();
    });
  });
  onTestFinished(() => void server.close());
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** The answer to ApiVersions, version 2: Metadata and Fetch. */
function versions(correlation: number): Buffer {
  const answer = Buffer.alloc(30);
  answer.writeInt32BE(26, 0);
  answer.writeInt32BE(correlation, 4);
  answer.writeInt32BE(2, 10);
  for (const [at, [key, newest]] of [[FETCH, 11] as const, [3, 6] as const].entries()) {
    answer.writeInt16BE(key, 14 + 6 * at);
    answer.writeInt16BE(newest, 18 + 6 * at);
  }
  return answer;
}

// Fails when each question hangs up for itself: kafkajs then waits once more for its dead socket to connect.
test("a connection that breaks under many questions is given up once", async () => {
  const warned: Error[] = [];
  const note = (warning: Error) => void warned.push(warning);
  process.on("warning", note);
  onTestFinished(() => void process.off("warning", note));
  const access = { clientId: "test", connectionTimeout: 1_000 };
  const connection = new BrokerConnection(await hangingUp(20), access, 5_000);
  onTestFinished(() => connection.close());
  const asked = Array.from({ length: 20 }, () =>
    connection.ask("Metadata", { topics: [], allowAutoTopicCreation: false } as never),
  );
  const ends = await Promise.allSettled(asked);
  expect(ends.map((end) => end.status === "rejected" && end.reason.name)).toEqual(new Array(20).fill("AnswerLost"));
  await new Promise((resolve) => setImmediate(resolve));
  expect(warned).toEqual([]);
});
