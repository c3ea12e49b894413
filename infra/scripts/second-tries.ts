/** So many tests of a run may pass only at their second try; more are a fault of the tests or of what they test. */
const MOST = 2;

export interface Verdict {
  /** What a person is to be told, a line each; empty: every test passed at once. */
  readonly words: readonly string[];
  readonly isGood: boolean;
}

/** Judges a run by the names of the tests that passed only at their second try. */
export function judgeSecondTries(names: readonly string[]): Verdict {
  if (names.length === 0) return { words: [], isGood: true };
  const isGood = names.length <= MOST;
  const head = `${names.length} passed only at the second try${isGood ? "" : `, more than ${MOST} may not`}:`;
  return { words: [head, ...names.map((name) => `  ${name}`)], isGood };
}

/** Prints the verdict on a run; answers whether it is good. */
export function tellSecondTries(names: readonly string[]): boolean {
  const { words, isGood } = judgeSecondTries(names);
  for (const line of words) console.log(line);
  return isGood;
}
