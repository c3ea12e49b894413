/** What became of one rule of QUALITY.md. */
export interface Finding {
  /** Such as `I19`. */
  readonly invariant: string;
  readonly holds: boolean;
  /** What was looked at, and what could not be; or the first things that are broken. */
  readonly text: string;
}

/** So many things of one rule are told; the others are counted. */
const TOLD = 3;

interface Told {
  readonly first: string[];
  count: number;
}

/** Gathers what checks find, by rule. */
export class Findings {
  readonly #rules = new Map<string, { text: string; seen: number; broken: Told; unproven: Told }>();

  /** Names a rule that is looked at: `text` follows the number of things seen, such as `events in sequence`. */
  rule(invariant: string, text: string): Rule {
    const rule = this.#rules.get(invariant) ?? { text, seen: 0, broken: nothing(), unproven: nothing() };
    this.#rules.set(invariant, rule);
    return {
      see: (count = 1) => {
        rule.seen += count;
      },
      broken: (message) => tell(rule.broken, message),
      unproven: (message) => tell(rule.unproven, message),
    };
  }

  /** By the number of the rule. */
  all(): Finding[] {
    const order = (invariant: string) => Number(/\d+/.exec(invariant)?.[0] ?? 0);
    return [...this.#rules]
      .sort(([left], [right]) => order(left) - order(right))
      .map(([invariant, { text, seen, broken, unproven }]) => {
        if (broken.count > 0) return { invariant, holds: false, text: textOf(broken) };
        const besides = unproven.count > 0 ? `; not looked at: ${textOf(unproven)}` : "";
        return { invariant, holds: true, text: `${seen} ${text}${besides}` };
      });
  }
}

function nothing(): Told {
  return { first: [], count: 0 };
}

function tell(told: Told, message: string): void {
  told.count++;
  if (told.first.length < TOLD) told.first.push(message);
}

function textOf({ first, count }: Told): string {
  return first.join("; ") + (count > first.length ? `; and ${count - first.length} more` : "");
}

/** One rule under examination. */
export interface Rule {
  /** Something was looked at. */
  see(count?: number): void;
  broken(message: string): void;
  /** Something cannot be looked at, and nobody is to blame. */
  unproven(message: string): void;
}
