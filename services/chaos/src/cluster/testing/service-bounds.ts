/** A machine of CI shares its processors with others: there only what is far off is a failure, and the figures are printed. */
const IS_SHARED = process.env.CI !== undefined;

/** Milliseconds from the death of a process until others serve all that it owned (S21). */
export const OWNED_AGAIN = IS_SHARED ? 12_000 : 6_000;

/** The same where others keep it hot: sooner than any lease ends, whatever else the machine does. */
export const OWNED_AGAIN_HOT = IS_SHARED ? 4_000 : 2_000;
