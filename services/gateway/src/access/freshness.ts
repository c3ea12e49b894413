import { ReadRequestSchema } from "@atlas/gen/atlas/operations/v1/shard_service_pb";
import { type Clock, sleep } from "@atlas/platform/ports/clock";
import { notReady } from "@atlas/platform/shard/not-ready";
import type { ShardClient } from "@atlas/platform/shard/shard-client";
import { create } from "@bufbuild/protobuf";
import { IDENTITY_SHARD, type IdentityView } from "./identity-view.ts";

const EVERY = 1_000;
/** Milliseconds of the gateway's own monotonic clock after which what it knows of identity does not count any more. */
const FRESH_FOR = 5_000;
/** Milliseconds until a shard that could not be asked is asked again. */
const RETRY = 50;

interface Target {
  readonly sequence: number;
  readonly askedAt: number;
  readonly confirmed: () => void;
}

/**
 * Knows whether the view shows every event that stood on `identity.events` within the last 5 s (S23): it asks the shard for
 * its end every second, and counts from when it asked.
 */
export class Freshness {
  readonly #client: ShardClient;
  readonly #view: IdentityView;
  readonly #clock: Clock;
  readonly #ticked: () => void;
  #confirmedAt = Number.NEGATIVE_INFINITY;
  #targets: Target[] = [];
  #stopped = false;

  /** `ticked` is called once a second. */
  constructor(client: ShardClient, view: IdentityView, clock: Clock, ticked: () => void) {
    this.#client = client;
    this.#view = view;
    this.#clock = clock;
    this.#ticked = ticked;
    view.listen({ event: () => this.#reached(), missed: () => this.#reached() });
  }

  /** Resolves once the view is fresh for the first time. */
  async start(): Promise<void> {
    this.#tick();
    while (!this.fresh && !this.#stopped) {
      await this.confirm(this.#clock.monotonic() + FRESH_FOR).catch(() => sleep(this.#clock, RETRY));
    }
  }

  stop(): void {
    this.#stopped = true;
  }

  get fresh(): boolean {
    return this.#clock.monotonic() - this.#confirmedAt <= FRESH_FOR;
  }

  /**
   * Resolves once the view shows all that stood on the log when this was called (S22); rejects with the shard's refusal
   * when it cannot tell before `deadline` (monotonic).
   */
  async confirm(deadline: number): Promise<void> {
    const askedAt = this.#clock.monotonic();
    const query = { case: "state", value: { withStateHash: false } } as const;
    const state = await this.#client.read(create(ReadRequestSchema, { shard: IDENTITY_SHARD, query }), deadline);
    await this.#shows(Number(state.sequence), askedAt, deadline);
  }

  #shows(sequence: number, askedAt: number, deadline: number): Promise<void> {
    return new Promise((resolve, reject) => {
      const late = this.#clock.after(Math.max(0, deadline - this.#clock.monotonic()), () => {
        this.#targets = this.#targets.filter((other) => other !== target);
        reject(notReady(`this gateway has not heard what ${IDENTITY_SHARD} decided in time`));
      });
      const confirmed = () => {
        late();
        resolve();
      };
      const target: Target = { sequence, askedAt, confirmed };
      this.#targets.push(target);
      this.#reached();
    });
  }

  #tick(): void {
    if (this.#stopped) return;
    this.#ticked();
    this.confirm(this.#clock.monotonic() + FRESH_FOR).catch(() => undefined);
    this.#clock.after(EVERY, () => this.#tick());
  }

  #reached(): void {
    const shown = this.#view.sequence;
    const reached = this.#targets.filter((target) => target.sequence <= shown);
    if (reached.length === 0) return;
    this.#targets = this.#targets.filter((target) => target.sequence > shown);
    for (const { askedAt, confirmed } of reached) {
      this.#confirmedAt = Math.max(this.#confirmedAt, askedAt);
      confirmed();
    }
  }
}
