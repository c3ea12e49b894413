/** What was found broken, by the invariant's id; each invariant counts what it looked at, so that silence means something. */
export class Violations {
  readonly found: string[] = [];
  /** The ids of all that was found broken; `found` tells of the first few. */
  readonly broken = new Set<string>();
  readonly seen = new Map<string, number>();

  /** Looks once at an invariant. */
  check(id: string, holds: boolean, text: () => string): void {
    this.seen.set(id, (this.seen.get(id) ?? 0) + 1);
    if (!holds) this.broken.add(id);
    if (!holds && this.found.length < 30) this.found.push(`${id}: ${text()}`);
  }

  /** Ids that were looked at, sorted. */
  ids(): string[] {
    return [...this.seen.keys()].sort();
  }
}
