/** One line about a step of the set-up; on stderr, for stdout belongs to the command. */
export function progress(step) {
  process.stderr.write(`atlas: ${step}\n`);
}

/** Ends the launcher with one sentence that says what to do. */
export function fail(sentence) {
  process.stderr.write(`atlas: ${sentence}\n`);
  process.exit(1);
}
