import type { Answer, Asked } from "./asked.ts";

/** A client's way to the platform: by calls, or on a session. */
export interface Road {
  /** Sends the request once and waits for so many milliseconds at most. Never rejects. */
  ask(asked: Asked, patience: number): Promise<Answer>;
  /** Sends new orders of one account as a batch, and tells of each; waits as `ask` does. Never rejects. Absent: there is no such way. */
  askMany?(asked: readonly Asked[], patience: number): Promise<readonly Answer[]>;
  /** Of a session: the sequence of its account through which it was told everything. */
  readonly heardThrough?: number;
  close(): void;
}
