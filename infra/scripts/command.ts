import { spawn } from "node:child_process";
import { delimiter, dirname, join } from "node:path";
import { ROOT } from "./root.ts";

/** How a command ended and all it printed. */
export interface Outcome {
  /** 0 is success; a command that could not be run or was killed has 1. */
  readonly code: number;
  readonly output: string;
}

export interface CommandOptions {
  readonly cwd?: string;
  /** Prints as it runs instead of collecting. */
  readonly live?: boolean;
  /** Told what it prints, as it is collected. */
  readonly heard?: (text: string) => void;
}

/** Runs a command with this Node and the workspace's tools first on the path. */
export function runCommand(command: string, args: readonly string[], options: CommandOptions = {}): Promise<Outcome> {
  const child = spawn(command, args, {
    cwd: options.cwd ?? ROOT,
    env: { ...process.env, PATH: toolPath() },
    stdio: options.live ? "inherit" : ["ignore", "pipe", "pipe"],
  });
  let output = "";
  const hear = (chunk: Buffer): void => {
    output += chunk;
    options.heard?.(String(chunk));
  };
  child.stdout?.on("data", hear);
  child.stderr?.on("data", hear);
  return new Promise((resolve) => {
    child.on("error", (error) => resolve({ code: 1, output: error.message }));
    child.on("close", (code) => resolve({ code: code ?? 1, output }));
  });
}

/** Runs a TypeScript file of the repository with this Node. */
export function runScript(path: string): Promise<Outcome> {
  return runCommand(process.execPath, [join(ROOT, path)]);
}

function toolPath(): string {
  return [dirname(process.execPath), join(ROOT, "node_modules", ".bin"), process.env.PATH].join(delimiter);
}
