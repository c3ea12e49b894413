/** Checksums of one chunk. */
const CHUNK = 65_536;

interface Chunk {
  readonly checksums: Uint32Array;
  /** 1: there is one. */
  readonly marks: Uint8Array;
}

/**
 * Checksums by number, in chunks of five bytes a number: a log may hold more messages than a Map takes, which refuses the 16,777,217th. A hole
 * costs nothing, however wide a damaged number makes it.
 */
export class ChecksumTable {
  readonly #chunks = new Map<number, Chunk>();
  /** The chunk that was asked for last: numbers come in order. */
  #place = -1;
  #chunk: Chunk | undefined;

  get(number: number): number | undefined {
    const chunk = this.#at(Math.floor(number / CHUNK));
    const index = number % CHUNK;
    return chunk?.marks[index] === 1 ? chunk.checksums[index] : undefined;
  }

  set(number: number, checksum: number): void {
    const place = Math.floor(number / CHUNK);
    const chunk = this.#at(place) ?? this.#add(place);
    const index = number % CHUNK;
    chunk.checksums[index] = checksum;
    chunk.marks[index] = 1;
  }

  #at(place: number): Chunk | undefined {
    if (place !== this.#place) {
      this.#place = place;
      this.#chunk = this.#chunks.get(place);
    }
    return this.#chunk;
  }

  #add(place: number): Chunk {
    const chunk = { checksums: new Uint32Array(CHUNK), marks: new Uint8Array(CHUNK) };
    this.#chunks.set(place, chunk);
    this.#chunk = chunk;
    return chunk;
  }
}
