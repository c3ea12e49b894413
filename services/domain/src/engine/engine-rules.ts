/**
 * What differs between versions of the engine. A shard asks its active version's rules, so a rule of a new version holds from
 * the input on at which that version is activated, wherever and however often it is decided (S26).
 *
 * A new version is a row more here; a version that no image and no log to be replayed goes back to is a row less.
 */
export interface EngineRules {
  /**
   * The limit of open orders refuses orders that never rest, too: MARKET, IOC, FOK. Who has as many open as allowed can then
   * not even sell at the market what is held, but must cancel first.
   */
  readonly limitsOrdersThatNeverRest: boolean;
}

/** Every shard begins by this one. */
export const FIRST_ENGINE = 1;

const RULES: ReadonlyMap<number, EngineRules> = new Map([
  [1, { limitsOrdersThatNeverRest: true }],
  [2, { limitsOrdersThatNeverRest: false }],
]);

/** The versions that this build can decide by, lowest first. */
// any order: sorted here
export const ENGINE_VERSIONS: readonly number[] = [...RULES.keys()].sort((left, right) => left - right);

/** A shard goes by a version that the process lacks: it must not decide, and another process can. */
export class EngineMissing extends Error {
  override name = "EngineMissing";
  readonly version: number;

  constructor(version: number, carried: readonly number[]) {
    super(`engine version ${version} is active, and this build carries ${carried.join(", ")} only: start a newer one`);
    this.version = version;
  }
}

/** Throws `EngineMissing` where a process that carries only some versions would have to decide by another. */
export function requireEngine(version: number, carried: readonly number[]): void {
  if (!carried.includes(version)) throw new EngineMissing(version, carried);
}

/** The rules of a version. Throws `EngineMissing` for one that this build does not have. */
export function rulesOf(version: number): EngineRules {
  const rules = RULES.get(version);
  if (rules === undefined) throw new EngineMissing(version, ENGINE_VERSIONS);
  return rules;
}
