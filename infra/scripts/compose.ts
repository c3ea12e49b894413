import { type Outcome, runCommand } from "./command.ts";

const FILE = "infra/compose.yaml";

/** Reads the description of the containers as the tool would that starts them; a machine without the tool says so, and fails in CI. */
export async function checkCompose(): Promise<Outcome> {
  const tools = [["docker", "compose"], ["docker-compose"]];
  for (const [program = "", ...args] of tools) {
    const { code } = await runCommand(program, [...args, "version"]);
    if (code === 0) return runCommand("env", ["ATLAS_S3_SECRET=any", program, ...args, "-f", FILE, "config", "-q"]);
  }
  const code = process.env.CI === undefined ? 0 : 1;
  return { code, output: `note: no docker compose here, ${FILE} is not looked at` };
}
