import { gzipSync } from "node:zlib";
import { enveloped } from "./raw-call.ts";

/** A body that is no message of any method, whatever its fields. */
export interface MalformedBody {
  readonly what: string;
  readonly contentType: string;
  readonly body: Buffer;
  /** What it says that it is compressed with. */
  readonly encoding?: string;
  /** A read may take it for fields that it does not know. */
  readonly mayBeIgnored?: boolean;
}

const DEEP = 50_000;

const JSON_TEXTS: readonly [what: string, text: string | Buffer][] = [
  ["no JSON", "surely not"],
  ["half of it", '{"requestId":"x'],
  ["a list", "[]"],
  ["a text", '"x"'],
  ["a number", "1e400"],
  ["null", "null"],
  ["nothing but a brace", "{"],
  ["two of them", "{}{}"],
  ["a trailing comma", '{"requestId":"x",}'],
  ["a comment", "{/* x */}"],
  ["brackets without end", "[".repeat(DEEP)],
  ["lists within lists", `${"[".repeat(DEEP)}${"]".repeat(DEEP)}`],
  ["objects without end", '{"a":'.repeat(DEEP)],
  ["no UTF-8", Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x3a, 0x31, 0x7d])],
  ["UTF-16", Buffer.from("{}", "utf16le")],
  ["NUL", Buffer.from([0])],
  ["single quotes", "{'requestId':'x'}"],
];

const GROUPS = "groups without end";
const BINARY: readonly [what: string, bytes: Buffer][] = [
  ["a tag without end", Buffer.alloc(20, 0xff)],
  ["field 0", Buffer.from([0x00, 0x01])],
  ["more length than bytes", Buffer.from([0x0a, 0x7f, 0x78])],
  ["a length above all", Buffer.from([0x0a, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f])],
  ["an end without a group", Buffer.from([0x0c])],
  [GROUPS, Buffer.alloc(DEEP, 0x0b)],
  ["a wire type that does not exist", Buffer.from([0x0f])],
];

/** By JSON and binary, plain and compressed. Of a streaming method each is the one message of an envelope. */
export function malformedBodies(isStream: boolean): MalformedBody[] {
  const prefix = isStream ? "application/connect+" : "application/";
  const wrap = (bytes: Buffer) => (isStream ? enveloped(bytes) : bytes);
  const plain = [
    ...JSON_TEXTS.map(([what, text]) => ({
      what: `JSON, ${what}`,
      contentType: `${prefix}json`,
      body: Buffer.from(text),
    })),
    ...BINARY.map(([what, body]) => ({
      what: `binary, ${what}`,
      contentType: `${prefix}proto`,
      body,
      mayBeIgnored: what === GROUPS,
    })),
  ];
  const bodies: MalformedBody[] = plain.map((one) => ({ ...one, body: wrap(one.body) }));
  if (isStream) return bodies;
  const packed: MalformedBody[] = plain.map((one) => {
    return { ...one, what: `gzip of ${one.what}`, body: gzipSync(one.body), encoding: "gzip" };
  });
  const torn = {
    what: "torn gzip",
    contentType: `${prefix}json`,
    body: gzipSync("{}").subarray(0, 12),
    encoding: "gzip",
  };
  const no = { what: "no gzip", contentType: `${prefix}json`, body: Buffer.from("{}"), encoding: "gzip" };
  return [...bodies, ...packed, torn, no];
}
