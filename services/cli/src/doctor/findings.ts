/** What became of one rule of QUALITY.md. */
export interface Finding {
  /** Such as `I19`. */
  readonly invariant: string;
  readonly holds: boolean;
  /** What was looked at, or the first things that are broken. */
  readonly text: string;
}

/** So many broken things of one rule are told; the others are counted. */
const TOLD = 3;

/** Gathers what checks find, by rule. */
export class Findings {
  readonly #rules = new Map<string, { text: string; seen: number; broken: number; told: string[] }>();

  /** Names a rule that is looked at: `text` follows the number of things seen, such as `events in sequence`. */
  rule(invariant: string, text: string): Rule {
    const rule = this.#rules.get(invariant) ?? { text, seen: 0, broken: 0, told: [] };
    this.#rules.set(invariant, rule);
    return {
      see: (count = 1) => {
        rule.seen += count;
      },
      broken: (message) => {
        rule.broken++;
        if (rule.told.length < TOLD) rule.told.push(message);
      },
    };
  }

  /** By the number of the rule. */
  all(): Finding[] {
    const order = (invariant: string) => Number(/\d+/.exec(invariant)?.[0] ?? 0);
    return [...this.#rules]
      .sort(([left], [right]) => order(left) - order(right))
      .map(([invariant, { text, seen, broken, told }]) => {
        if (broken === 0) return { invariant, holds: true, text: `${seen} ${text}` };
        const more = broken > told.length ? `; and ${broken - told.length} more` : "";
        return { invariant, holds: false, text: `${told.join("; ")}${more}` };
      });
  }
}

/** One rule under examination. */
export interface Rule {
  /** Something was looked at. */
  see(count?: number): void;
  broken(message: string): void;
}
