import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { newFolder, type PlatformProcess, removeFolder, startPlatformProcess } from "./testing/platform-process.ts";

const ROOT = fileURLToPath(new URL("../../../", import.meta.url));
const readme = readFileSync(`${ROOT}README.md`, "utf8");
/** Of commands, without a comment behind them. */
const blocks = [...readme.matchAll(/^```\n(.*?)^```$/gms)].map(([, text = ""]) => text.replace(/ +# .*$/gm, ""));

const folder = newFolder("readme");
let platform: PlatformProcess;

beforeAll(async () => {
  platform = await startPlatformProcess({ folder });
});

afterAll(async () => {
  await platform?.stop();
  removeFolder(folder);
});

/** What a shell says to a block of README, where another address and data folder stand for the usual ones. */
async function run(commands: string): Promise<string> {
  const here = commands.replaceAll(".atlas/", `${folder}/`).replaceAll("http://127.0.0.1:8080", platform.url);
  const env = { ...process.env, ATLAS_URL: platform.url, ATLAS_DATA: folder };
  return new Promise((resolve, reject) => {
    execFile("bash", ["-euo", "pipefail", "-c", here], { cwd: ROOT, env }, (error, stdout, stderr) => {
      if (error === null) resolve(stdout);
      else reject(new Error(`${here}\n${error.message}\n${stdout}${stderr}`));
    });
  });
}

/** The only block of README with this in it. */
function blockWith(text: string): string {
  const found = blocks.filter((block) => block.includes(text));
  expect(found, text).toHaveLength(1);
  return found[0] ?? "";
}

describe("what README says to type works as it stands there", () => {
  test("by the atlas command", async () => {
    const lines = blockWith("npx atlas watch").trim().split("\n");
    const said: string[] = [];
    for (const line of lines) {
      const [titles = [], row = []] = (said.at(-1) ?? "").split("\n").map((text) => text.split(/ {2,}/));
      const order = row[titles.indexOf("ORDER")] ?? "";
      // What a person stops by Ctrl-C ends by itself after a few messages.
      said.push(await run(line.replace("ORDER", order).replace(/( watch .*)/, "$1 --count 5")));
    }
    const saidTo = (verb: string) => said[lines.findIndex((line) => line.startsWith(`npx atlas ${verb}`))];
    expect(saidTo("watch")).toMatch(/^book /m);
    expect(saidTo("orders")).toContain("FILLED");
    expect(saidTo("balances")).toMatch(/BTC +50\.01\b/);
    expect(saidTo("orders --open")).toMatch(/LIVE|PENDING/);
    expect(said).toHaveLength(8);
  });

  test("by curl: the same id is the same order", async () => {
    const block = blockWith("curl -s");
    const answers = [await run(block), await run(block)].map((text) =>
      text.split(/(?<=\})(?=\{)/).map((one) => JSON.parse(one)),
    );
    expect(answers[0]?.[0].order).toMatchObject({ requestId: "my-first" });
    expect(answers[1]?.[0].order.orderId).toBe(answers[0]?.[0].order.orderId);
    expect(answers[1]?.[1].fills.length).toBeGreaterThan(0);
  });

  test("by the TypeScript client", async () => {
    expect(await run(blockWith("examples/typescript"))).toMatch(/^\S+: [\d.]+ at \d+(\.\d+)?$/m);
  });
});
