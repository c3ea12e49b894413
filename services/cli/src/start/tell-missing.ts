import type { Io } from "../output/io.ts";

/** Milliseconds between two looks: who starts as usual is ready sooner, and is told nothing. */
export const EVERY = 10_000;

/** Says what a platform that starts still lacks, each time that it is something else. What is called ends it. */
export function tellMissing(io: Pick<Io, "out">, missing: () => readonly string[]): () => void {
  let told = "";
  const timer = setInterval(() => {
    const lacks = missing().join("; ");
    if (lacks !== told && lacks !== "") io.out(`not ready yet: ${lacks}`);
    told = lacks;
  }, EVERY);
  return () => clearInterval(timer);
}
