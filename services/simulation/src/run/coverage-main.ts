import { CoverageRecorder } from "./coverage-recorder.ts";
import { coverageOf, type FolderCoverage, type Share } from "./folder-coverage.ts";

/** The core, which the simulation loads once the recorder has started. */
const CORE = new URL("../../../domain/src/", import.meta.url);

const recorder = await new CoverageRecorder().start();
const { seedOptions, USAGE } = await import("./seed-options.ts");
const { simulate } = await import("../simulate.ts");
try {
  const { seed, seeds, minutes, cases } = seedOptions(process.argv.slice(2));
  for (let one = seed; one < seed + seeds; one++) {
    const { found } = await simulate({ seed: one, minutes, ...(cases === undefined ? {} : { cases }) });
    if (found.length > 0) throw new Error(`seed ${one} is broken: ${found[0]}`);
  }
  process.stdout.write(table(await coverageOf(CORE, await recorder.take())));
} catch (error) {
  process.stderr.write(`${(error as Error).message}\n${USAGE}`);
  process.exitCode = 1;
}

function table(folders: readonly FolderCoverage[]): string {
  const all: FolderCoverage = {
    folder: "all of it",
    lines: sum(folders.map(({ lines }) => lines)),
    branches: sum(folders.map(({ branches }) => branches)),
    functions: sum(folders.map(({ functions }) => functions)),
    missed: [],
  };
  const rows = [...folders, all].map(({ folder, lines, branches, functions }) => {
    return `| ${folder} | ${percent(lines)} | ${percent(branches)} | ${percent(functions)} |`;
  });
  const head = ["| services/domain | lines | branches | functions |", "|---|---|---|---|"];
  const missed = folders.flatMap((folder) => folder.missed).map((line) => `  ${line}`);
  return `${[...head, ...rows, "", "never ran:", ...missed].join("\n")}\n`;
}

function percent({ of, ran }: Share): string {
  return of === 0 ? "none" : `${((100 * ran) / of).toFixed(0)} % of ${of}`;
}

function sum(shares: readonly Share[]): Share {
  return shares.reduce((total, { of, ran }) => ({ of: total.of + of, ran: total.ran + ran }), { of: 0, ran: 0 });
}
