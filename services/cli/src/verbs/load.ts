import type { Command } from "commander";
import { refused, usage } from "../client/failure.ts";
import { type LoadTerms, runLoad } from "../load/run-load.ts";
import type { Io } from "../output/io.ts";
import { progressBar } from "../output/progress-bar.ts";
import { wholeNumber } from "./pages.ts";
import { type CommonOptions, verb, withAtlas } from "./verb.ts";

interface LoadOptions extends CommonOptions {
  readonly orders: number;
  readonly sessions: number;
  readonly mode: LoadTerms["mode"];
  readonly rate: number;
  readonly window: number;
  readonly retryFor: number;
}

const MODES = ["unary", "batch", "session"] as const;

export function loadVerb(io: Io): Command {
  return verb(
    "load",
    "Measures a platform: makes accounts of its own that trade with each other, waits for every fill, checks that " +
      "nothing was lost or doubled, and prints one line of JSON. Takes an even number of orders.",
    [
      "load --orders 20000 --sessions 4",
      "load --orders 100000 --sessions 10 --rate 10000",
      "load --orders 5000 --sessions 2 --mode unary --retry-for 60",
    ],
  )
    .option("--orders <n>", "how many", wholeNumber(2, "--orders"), 10_000)
    .option("--sessions <n>", "from so many accounts at once", wholeNumber(1, "--sessions"), 2)
    .option("--mode <mode>", MODES.join(", "), modeOf, "session")
    .option("--rate <n>", "orders a second in all; 0: as fast as it goes", wholeNumber(0, "--rate"), 0)
    .option("--window <n>", "requests unanswered a session; 0: the mode's own", wholeNumber(0, "--window"), 0)
    .option(
      "--retry-for <seconds>",
      "asks again for so long while the platform is away",
      wholeNumber(0, "--retry-for"),
      0,
    )
    .action((options: LoadOptions) =>
      withAtlas(io, options, async (context) => {
        const bar = progressBar(io);
        const terms = { ...options, retryFor: options.retryFor * 1_000 };
        const figures = await runLoad(context.atlas, terms, {
          progress: (part, filled) => bar(part, `${filled} filled`),
          notice: (text) => io.err(text),
        });
        io.progress("");
        io.out(JSON.stringify(figures));
        const { lost, doubled, broken } = figures;
        if (lost > 0 || doubled > 0 || broken.length > 0) {
          throw refused([`${lost} lost, ${doubled} doubled`, ...broken].join("; "));
        }
      }),
    );
}

function modeOf(text: string): LoadTerms["mode"] {
  const mode = MODES.find((one) => one === text);
  if (mode === undefined) throw usage(`--mode is "${text}"; it is one of ${MODES.join(", ")}`);
  return mode;
}
