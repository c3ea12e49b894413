/** What may wait for a client that does not read it (F22). */
export interface UnreadRoom {
  /** Messages of one `Subscribe` stream, and about so many bytes of them. */
  readonly streamMessages: number;
  readonly streamBytes: number;
  /** Bytes of one session. */
  readonly sessionBytes: number;
}

export const USUAL_ROOM: UnreadRoom = { streamMessages: 20_000, streamBytes: 8_000_000, sessionBytes: 8_000_000 };
