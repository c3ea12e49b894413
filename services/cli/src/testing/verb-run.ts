import { runAtlas } from "../run-atlas.ts";

/** How a verb ended, and what it said. */
export interface VerbRun {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a verb in this process, against a platform in another. */
export async function atlas(...args: readonly string[]): Promise<VerbRun> {
  const lines = { out: [] as string[], err: [] as string[] };
  const io = {
    out: (text: string) => void lines.out.push(text),
    err: (text: string) => void lines.err.push(text),
    progress: () => undefined,
  };
  const code = await runAtlas(args, io);
  return { code, stdout: lines.out.join("\n"), stderr: lines.err.join("\n") };
}

/**
 * The objects that a verb prints with --json; it must end well, and say nothing else.
 * biome-ignore lint/suspicious/noExplicitAny: what a verb prints is looked at field by field.
 */
export async function json(...args: readonly string[]): Promise<any[]> {
  const { code, stdout, stderr } = await atlas(...args, "--json");
  if (code !== 0 || stderr !== "") throw new Error(`atlas ${args.join(" ")} ended with ${code}: ${stderr}`);
  return stdout.split("\n").flatMap((line) => (line === "" ? [] : [JSON.parse(line)]));
}
