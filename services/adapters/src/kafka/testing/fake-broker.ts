import { type AddressInfo, createServer, type Socket } from "node:net";
import { onTestFinished } from "vitest";

const PRODUCE = 0;
const FETCH = 1;
export const METADATA = 3;
export const API_VERSIONS = 18;

/** What a broker was asked, by the protocol's number of it. */
export interface Question {
  readonly key: number;
  readonly version: number;
  /** How many this connection had asked before. */
  readonly before: number;
  answer(body: Buffer): void;
  hangUp(): void;
}

/** Listens on a port of its own until the test ends; answers `host:port`. */
export async function fakeBroker(hear: (question: Question) => void): Promise<string> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    let [before, rest] = [0, Buffer.alloc(0)];
    socket.on("error", () => undefined);
    socket.on("data", (bytes) => {
      rest = Buffer.concat([rest, bytes]);
      while (rest.length >= 4 && rest.length >= 4 + rest.readInt32BE(0)) {
        hear(questionOf(rest, before, socket));
        before += 1;
        rest = rest.subarray(4 + rest.readInt32BE(0));
      }
    });
  });
  onTestFinished(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function questionOf(bytes: Buffer, before: number, socket: Socket): Question {
  const correlation = bytes.readInt32BE(8);
  return {
    ...{ key: bytes.readInt16BE(4), version: bytes.readInt16BE(6), before },
    answer: (body) => void socket.write(Buffer.concat([int(4 + body.length, 4), int(correlation, 4), body])),
    hangUp: () => void socket.destroy(),
  };
}

/** The answer to ApiVersions, version 2: what it speaks, up to these versions. */
export function versions({ produce = 7, fetch = 11, metadata = 6 } = {}): Buffer {
  const known = [[PRODUCE, produce] as const, [FETCH, fetch] as const, [METADATA, metadata] as const];
  const each = known.flatMap(([key, newest]) => [int(key, 2), int(0, 2), int(newest, 2)]);
  return Buffer.concat([int(0, 2), int(known.length, 4), ...each, int(0, 4)]);
}

/** What a broker tells of a partition. */
export interface Told {
  readonly leader: number;
  /** Told since version 7. */
  readonly epoch?: number;
  /** Of brokers it tells other addresses, by their ids. */
  readonly addresses?: Readonly<Record<number, string>>;
}

/** The answer to Metadata, version 6 or 7: partition 0 of topic `t`, on brokers with ids from 0 on. */
export function metadata(version: number, addresses: readonly string[], told: Told): Buffer {
  const { leader, epoch = 0 } = told;
  const brokers = addresses.flatMap((address, id) => {
    const [host = "", port] = (told.addresses?.[id] ?? address).split(":");
    return [int(id, 4), string(host), int(Number(port), 4), int(-1, 2)];
  });
  const since7 = version < 7 ? [] : [int(epoch, 4)];
  const [copies, none] = [[int(1, 4), int(leader, 4)], int(0, 4)];
  const partition = [int(0, 2), int(0, 4), int(leader, 4), ...since7, ...copies, ...copies, none];
  const topics = [int(1, 4), int(0, 2), string("t"), int(0, 1), int(1, 4), ...partition];
  return Buffer.concat([int(0, 4), int(addresses.length, 4), ...brokers, int(-1, 2), int(0, 4), ...topics]);
}

function string(text: string): Buffer {
  return Buffer.concat([int(text.length, 2), Buffer.from(text)]);
}

/** A number as the protocol writes it. */
export function int(value: number, bytes: 1 | 2 | 4): Buffer {
  const written = Buffer.alloc(bytes);
  written.writeIntBE(value, 0, bytes);
  return written;
}
