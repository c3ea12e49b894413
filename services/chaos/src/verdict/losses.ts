import type { Findings, Rule } from "@atlas/cli/doctor/findings";

/** Counts beside the findings: what is there too little of, and what is there too much of. */
export class Losses {
  lost = 0;
  doubled = 0;
  readonly #findings: Findings;

  constructor(findings: Findings) {
    this.#findings = findings;
  }

  rule(invariant: string, text: string): Rule {
    return this.#findings.rule(invariant, text);
  }

  lose(rule: Rule, message: string): void {
    this.lost++;
    rule.broken(message);
  }

  double(rule: Rule, message: string): void {
    this.doubled++;
    rule.broken(message);
  }
}
