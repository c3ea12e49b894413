import { setTimeout as sleep } from "node:timers/promises";
import { freePort } from "@atlas/engines/free-port";
import { afterAll, describe, expect, test } from "vitest";
import { atlasClient } from "./client/atlas-client.ts";
import type { LoadFigures, LoadTerms } from "./load/run-load.ts";
import {
  type AtlasProcess,
  newFolder,
  type PlatformProcess,
  removeFolder,
  spawnAtlas,
  spawnStart,
  startPlatformProcess,
} from "./testing/platform-process.ts";
import { printedSeed, rollOf } from "./testing/roll.ts";
import { Witness } from "./testing/witness.ts";
import { witnessVerdict } from "./testing/witness-verdict.ts";

/** Requests that must be unanswered when the platform is killed. */
const UNANSWERED = 20;
/** What each mode is tried with: orders of one run, which begins again until the kills are done. */
const MODES: readonly { mode: LoadTerms["mode"]; orders: number; kills: number }[] = [
  { mode: "session", orders: 4_000, kills: 4 },
  { mode: "batch", orders: 4_000, kills: 3 },
  { mode: "unary", orders: 500, kills: 3 },
];
/** What the load says when every order is sent and filled. */
const COMPARING = "comparing what was sent";
/** On a machine that is busy with other things; else it takes a fifth. How long a start takes is start.process.test.ts's. */
const LONGEST = 600_000;

const folder = newFolder("kill");
const roll = rollOf(printedSeed("kill test"));
const port = await freePort();
const starts: number[] = [];
let platform: PlatformProcess;

afterAll(async () => {
  await platform.kill();
  removeFolder(folder);
});

/** Figures of the load's runs, and the unanswered requests of each kill. */
interface Outcome {
  readonly runs: LoadFigures[];
  readonly unanswered: number[];
}

describe("kill -9 under load", () => {
  test(
    "I6 I7 I8 D4 F1 F2 F4 F5 F14: nothing is lost, doubled or contradicted",
    async () => {
      platform = await startPlatformProcess({ folder, port });
      const atlas = atlasClient(platform.url, platform.key);
      const witness = await Witness.start(atlas, roll);
      for (const { mode, orders, kills } of MODES) {
        const began = performance.now();
        const { runs, unanswered } = await loadThroughKills(mode, orders, kills, witness);
        const seconds = Math.round((performance.now() - began) / 1_000);
        console.log(`${mode}: ${kills} kills in ${seconds} s, requests unanswered at each: ${unanswered.join(", ")}`);
        for (const run of runs) expect(run).toMatchObject({ lost: 0, doubled: 0, broken: [] });
        expect(unanswered).toHaveLength(kills);
        expect(Math.min(...unanswered)).toBeGreaterThanOrEqual(UNANSWERED);
      }
      await killWhileRecovering();
      await witness.finish();
      expect(witness.watch.resumed).toBeGreaterThanOrEqual(starts.length - 1);
      const broken = await witnessVerdict(witness);
      expect(broken.slice(0, 20), `${broken.length} things are broken`).toEqual([]);
      console.log(
        `the witness sent ${witness.submitted.length} orders; starts took ${starts.map(Math.round).join(", ")} ms`,
      );
      witness.watch.stop();
      atlas.close();
    },
    LONGEST,
  );

  test("I1-I6 I8-I13 I18-I21: the doctor finds nothing, on the running platform and on its folder at rest", async () => {
    const live = await spawnAtlas(["doctor"], variables()).ended;
    expect([live.code, live.stderr], live.stdout).toEqual([0, ""]);
    await platform.kill();
    const atRest = await spawnAtlas(["doctor", "--data", folder]).ended;
    expect([atRest.code, atRest.stderr], atRest.stdout).toEqual([0, ""]);
  });

  /** Loads the platform in one mode and kills it at random moments, but never with few requests unanswered. */
  async function loadThroughKills(
    mode: LoadTerms["mode"],
    orders: number,
    kills: number,
    witness: Witness,
  ): Promise<Outcome> {
    const outcome: Outcome = { runs: [], unanswered: [] };
    let killed = 0;
    while (killed < kills) {
      const load = spawnLoad(mode, orders);
      while (killed < kills && (await untilUnder(load, witness))) {
        await platform.kill();
        killed++;
        await restart();
      }
      outcome.runs.push(await figuresOf(load));
    }
    for (const run of outcome.runs) outcome.unanswered.push(...run.unanswered);
    return outcome;
  }

  /**
   * Waits for a random moment with enough requests unanswered, and the witness's stream resumed since the last kill; `false`: the
   * load has nothing left to send.
   */
  async function untilUnder(load: AtlasProcess, witness: Witness): Promise<boolean> {
    const moment = performance.now() + roll.between(0, 600);
    while (load.process.exitCode === null && !load.said().stderr.includes(COMPARING)) {
      const isDue = performance.now() >= moment && witness.watch.resumed >= starts.length;
      if (isDue && (await unansweredNow()) >= 2 * UNANSWERED) return true;
      await sleep(10);
    }
    return false;
  }

  /** By the platform's own counters: commands taken in, less those with an outcome. */
  async function unansweredNow(): Promise<number> {
    const text = await fetch(`${platform.url}/metrics`).then((answer) => answer.text());
    const sum = (name: string) =>
      [...text.matchAll(new RegExp(`^${name}(?:{[^}]*})? (\\d+)$`, "gm"))].reduce(
        (all, [, one]) => all + Number(one),
        0,
      );
    return sum("atlas_commands_total") - sum("atlas_decision_seconds_count");
  }

  function spawnLoad(mode: string, orders: number): AtlasProcess {
    const args = ["load", "--mode", mode, "--orders", `${orders}`, "--sessions", "4", "--retry-for", "60"];
    return spawnAtlas(args, variables());
  }

  async function figuresOf(load: AtlasProcess): Promise<LoadFigures> {
    const { code, stdout, stderr } = await load.ended;
    expect(code, `${stdout}${stderr}`).toBe(0);
    return JSON.parse(stdout) as LoadFigures;
  }

  async function restart(): Promise<void> {
    platform = await startPlatformProcess({ folder, port });
    starts.push(platform.startMilliseconds);
  }

  function variables(): NodeJS.ProcessEnv {
    return { ATLAS_URL: platform.url, ATLAS_DATA: folder };
  }

  /** F14: the platform dies once more at moments of its recovery. */
  async function killWhileRecovering(): Promise<void> {
    await platform.kill();
    for (let time = 0; time < 3; time++) {
      const starting = spawnStart({ folder, port });
      await sleep(roll.between(300, 1_500));
      starting.process.kill("SIGKILL");
      await starting.ended;
    }
    await restart();
  }
});
