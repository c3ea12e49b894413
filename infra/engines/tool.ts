import { spawn } from "node:child_process";
import { EngineMissing } from "./fetch-once.ts";

/** Programs of the machine that the engines need, and what to say where one is missing. */
const TOOLS = {
  java: "Kafka and DynamoDB Local run on Java: install a Java runtime, 17 or newer (Debian: default-jre-headless)",
  keytool:
    "Certificates for Kafka are made by a tool of Java's: install a Java runtime, 17 or newer (Debian: default-jre-headless)",
  mvn: "Kafka and DynamoDB Local are fetched with Maven: install it (Debian: maven)",
  go: "versitygw is built with Go: install Go, 1.21 or newer",
};

export interface ToolRun {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** Runs a program of the machine to its end; throws `EngineMissing` with the last of what it said when that fails. */
export async function runTool(tool: keyof typeof TOOLS, args: readonly string[], options: ToolRun = {}): Promise<void> {
  const child = spawn(tool, args, {
    cwd: options.cwd,
    env: { ...process.env, ...options.env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let said = "";
  const hear = (chunk: Buffer): void => {
    said = `${said}${chunk}`.slice(-4_000);
  };
  child.stdout.on("data", hear);
  child.stderr.on("data", hear);
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on("error", (error: NodeJS.ErrnoException) => reject(missing(tool, error)));
    child.on("close", resolve);
  });
  if (code !== 0) throw new EngineMissing(`${tool} ${args[0]} failed: ${lastLine(said)}`);
}

/** What to say of a program that could not be started. */
export function missing(tool: keyof typeof TOOLS, error: NodeJS.ErrnoException): EngineMissing {
  return new EngineMissing(error.code === "ENOENT" ? `${TOOLS[tool]}.` : `${tool} could not be run: ${error.message}`);
}

function lastLine(text: string): string {
  return text.trim().split("\n").at(-1) ?? "";
}
