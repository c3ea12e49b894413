import type { Clock } from "../ports/clock.ts";

/** Milliseconds until a shard that refused is asked again, at first and at most. */
const PAUSE = 50;
const LONGEST_PAUSE = 200;

interface Waiting {
  /** It asks again; `refused` is for it to say that it was refused once more. */
  readonly ask: (refused: () => void) => void;
  readonly fail: () => void;
}

/**
 * Calls that one shard's owner refused, or that found none. They wait together: one of them asks again, after pauses that grow, and the
 * others ask only once somebody was answered. So a shard that is being recovered is not asked by each of a thousand.
 */
export class RefusedCalls {
  readonly #clock: Clock;
  readonly #over: () => void;
  readonly #begun: number;
  readonly #waiting = new Set<Waiting>();
  #owner: string | undefined;
  #pause = PAUSE;
  /** The one that asks for all. */
  #asking: Waiting | undefined;
  #cancel: () => void = () => {};

  /** `owner`: whom the lease names. `over` is called when nobody waits any more. */
  constructor(clock: Clock, owner: string | undefined, over: () => void) {
    this.#clock = clock;
    this.#over = over;
    this.#begun = clock.monotonic();
    this.#owner = owner;
    this.#rest();
  }

  /**
   * Resolves when the call is to ask again, with what to call if it is refused once more. Rejects with `problem` at `deadline`
   * (clock's monotonic milliseconds), or at `close`.
   */
  wait(deadline: number, problem: Error): Promise<() => void> {
    return new Promise((resolve, reject) => {
      const end = () => {
        this.#waiting.delete(call);
        late();
      };
      const call: Waiting = {
        ask: (refused) => {
          end();
          resolve(refused);
        },
        fail: () => {
          end();
          reject(problem);
        },
      };
      const late = this.#clock.after(Math.max(0, deadline - this.#clock.monotonic()), call.fail);
      this.#waiting.add(call);
    });
  }

  /** Whom the lease names now: another one is asked at once. */
  owned(owner: string | undefined): void {
    if (owner === this.#owner) return;
    this.#owner = owner;
    this.#pause = PAUSE;
    this.#asking = undefined;
    this.#later(0, () => this.#askOne());
  }

  /** Somebody was: all ask again, but not before the first pause is over, for what others are answered they may be refused. */
  answered(): void {
    this.#later(Math.max(0, this.#begun + PAUSE - this.#clock.monotonic()), () => this.#askAll());
  }

  close(): void {
    this.#end();
    for (const call of this.#waiting) call.fail();
  }

  #rest(): void {
    this.#later(this.#pause, () => this.#askOne());
    this.#pause = Math.min(2 * this.#pause, LONGEST_PAUSE);
  }

  #askOne(): void {
    const [call] = this.#waiting;
    if (call === undefined) return this.#end();
    this.#asking = call;
    // What it alone asks for may take its time: the others do not wait for that.
    this.#later(LONGEST_PAUSE, () => this.#askOne());
    call.ask(() => {
      if (this.#asking === call) this.#rest();
    });
  }

  #askAll(): void {
    this.#end();
    for (const call of this.#waiting) call.ask(() => undefined);
  }

  #end(): void {
    this.#asking = undefined;
    this.#cancel();
    this.#over();
  }

  #later(milliseconds: number, action: () => void): void {
    this.#cancel();
    this.#cancel = this.#clock.after(milliseconds, action);
  }
}
