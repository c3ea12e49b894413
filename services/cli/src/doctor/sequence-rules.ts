import type { Findings } from "./findings.ts";

/** The rules of every sequence on the log. */
export function sequenceRules(findings: Findings) {
  return {
    readable: findings.rule("S1", "records are whole frames at contiguous offsets"),
    gapless: findings.rule("I19", "events and reports stand in sequence, without a gap"),
    same: findings.rule("I20", "repeated events are the same, byte by byte"),
  };
}
