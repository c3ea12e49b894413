import { recordedDefinition } from "@atlas/assembly/first-start/first-start";
import { RECORDED_INSTRUMENT } from "@atlas/assembly/first-start/instruments";
import { Reason } from "@atlas/gen/atlas/error/v1/refusal_pb";
import { PlayRecordingResponseSchema } from "@atlas/gen/atlas/market/v1/market_service_pb";
import { playRequest, type RecordedStep } from "@atlas/platform/recording/recorded-step";
import { refusalOf } from "@atlas/platform/refusal/refusal-error";
import type { Command } from "commander";
import type { AtlasClient } from "../client/atlas-client.ts";
import { usage } from "../client/failure.ts";
import type { Io } from "../output/io.ts";
import { progressBar } from "../output/progress-bar.ts";
import { paced } from "../recording/pace.ts";
import { readSteps } from "../recording/read-steps.ts";
import { type CommonOptions, print, verb, withAtlas } from "./verb.ts";

interface ReplayOptions extends CommonOptions {
  readonly speed: number;
  readonly instrument: string;
}

export function replayVerb(io: Io): Command {
  return verb("replay", "Plays a recorded market into a running platform: a raw Binance capture or a QuantCup feed.", [
    "replay examples/market/binance_spot_btcusdt_20240808.gz",
    "replay examples/market/binance_spot_btcusdt_20240808.gz --speed 10",
    "replay quantcup_orders.csv --speed 0",
  ])
    .argument("<file>", "the recording, gzip or plain")
    .option("--speed <n>", "times the pace at which it happened; 0: as fast as it goes", speedOf, 1)
    .option("--instrument <id>", "where to play it; its market must be a recorded one", RECORDED_INSTRUMENT)
    .addHelpText(
      "after",
      `\n${RECORDED_INSTRUMENT} is defined if there is none yet. \`npm start -- --market recorded\` stops its own recording for this one and begins it anew a second after its end.`,
    )
    .action((path: string, options: ReplayOptions) =>
      withAtlas(io, options, async (context) => {
        const bar = progressBar(io);
        let played = 0;
        let part = 0;
        const steps = readSteps(path, (read) => {
          part = read;
        });
        let failure: unknown;
        async function* requests() {
          try {
            for await (const step of paced(steps, options.speed)) {
              if (played === 0) await defineRecorded(context.atlas, options.instrument);
              yield playRequest(options.instrument, step);
              played++;
              bar(part, `${played} steps${elapsed(step)}`);
            }
          } catch (error) {
            // The call would only say that its requests broke off.
            failure = error;
            throw error;
          }
        }
        const answer = await context.atlas.market.playRecording(requests(), { timeoutMs: 0 }).catch((error) => {
          throw failure ?? error;
        });
        io.progress("");
        print(context, PlayRecordingResponseSchema, [answer], () => `played ${answer.steps} steps`);
      }),
    );
}

/** A platform that was started without a recorded market has no instrument for one. */
async function defineRecorded(atlas: AtlasClient, instrumentId: string): Promise<void> {
  if (instrumentId !== RECORDED_INSTRUMENT) return;
  const isMissing = await atlas.instruments.getInstrument({ instrumentId }).then(
    () => false,
    (error: unknown) => {
      if (refusalOf(error)?.reason === Reason.UNKNOWN_INSTRUMENT) return true;
      throw error;
    },
  );
  if (isMissing) await atlas.instruments.defineInstrument(recordedDefinition());
}

function elapsed(step: RecordedStep): string {
  return `, ${(Number(step.atNanoseconds) / 1e9).toFixed(1)} s of the recording`;
}

function speedOf(text: string): number {
  const speed = /^\d{1,6}(\.\d{1,6})?$/.test(text) ? Number(text) : -1;
  if (speed < 0) throw usage(`--speed is "${text}"; it is a number from 0 on`);
  return speed;
}
