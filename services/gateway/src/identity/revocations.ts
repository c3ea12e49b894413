import type { ControlEvent } from "@atlas/gen/atlas/log/v1/control_record_pb";
import type { PrincipalRevoked } from "@atlas/gen/atlas/venue/v1/venue_pb";
import type { Clock } from "@atlas/platform/ports/clock";
import type { Journal } from "@atlas/platform/telemetry/journal";

export type RevokedPrincipal = Pick<PrincipalRevoked, "userId" | "keyId">;

export interface RevocationPorts {
  readonly clock: Clock;
  readonly journal: Journal;
  /** Whom identity has ended. */
  ended(): Iterable<RevokedPrincipal>;
  /** Makes every order shard refuse a principal; resolves when control has decided it. Deadline: clock's monotonic milliseconds. */
  revoke(principal: RevokedPrincipal, deadline: number): Promise<unknown>;
}

/** Milliseconds that whoever ends a principal has for telling control, too. */
const PATIENCE = 5_000;

/**
 * Completes what a gateway began that died between ending a principal at identity and telling the order shards by control (S23,
 * F4): whoever opens later sees to it at once, those that are open already after a while. To say it twice changes nothing.
 */
export class Revocations {
  readonly #ports: RevocationPorts;
  /** Whom control has revoked. */
  readonly #told = new Set<string>();
  readonly #asked = new Set<string>();
  #cancel: () => void = () => undefined;

  constructor(ports: RevocationPorts) {
    this.#ports = ports;
  }

  /** All that control has revoked so far. */
  began(principals: readonly RevokedPrincipal[]): void {
    for (const principal of principals) this.#told.add(nameOf(principal));
  }

  /** An event of control. */
  heard({ event }: ControlEvent): void {
    const change = event.case === "decided" ? event.value.change?.change : undefined;
    if (change?.case === "principalRevoked") this.#told.add(nameOf(change.value));
  }

  /** Once identity and control are followed. */
  start(): void {
    this.#look(() => true);
  }

  stop(): void {
    this.#cancel();
  }

  #look(isDue: (name: string) => boolean): void {
    const owed = new Set<string>();
    for (const principal of this.#ports.ended()) {
      if (this.#isTold(principal)) continue;
      const name = nameOf(principal);
      owed.add(name);
      if (isDue(name)) this.#complete(principal, name);
    }
    this.#cancel = this.#ports.clock.after(PATIENCE, () => this.#look((name) => owed.has(name)));
  }

  #isTold({ userId, keyId }: RevokedPrincipal): boolean {
    return this.#told.has(nameOf({ userId, keyId: "" })) || this.#told.has(nameOf({ userId, keyId }));
  }

  #complete(principal: RevokedPrincipal, name: string): void {
    if (this.#asked.has(name)) return;
    this.#asked.add(name);
    const { clock, journal, revoke } = this.#ports;
    const { userId, keyId } = principal;
    revoke(principal, clock.monotonic() + PATIENCE)
      .then(
        () => {
          this.#told.add(name);
          journal.warn("a revocation was completed that had been left half done", { userId, keyId });
        },
        (error: Error) =>
          journal.warn("a revocation cannot be completed yet", { userId, keyId, problem: error.message }),
      )
      .finally(() => this.#asked.delete(name));
  }
}

/** No id holds a zero byte. */
function nameOf({ userId, keyId }: RevokedPrincipal): string {
  return `${userId}\0${keyId}`;
}
