import { ROLES } from "@atlas/assembly/role";
import { Command } from "commander";
import type { Io } from "../output/io.ts";
import { checkSettings, environment, readSettings, type Settings } from "../settings.ts";

interface StartOptions {
  readonly port?: string;
  readonly host?: string;
  readonly data?: string;
  readonly console?: string;
  readonly market?: string;
  readonly engines?: string;
  readonly role?: string;
  readonly standby?: string;
  readonly logLevel?: string;
}

export function startVerb(io: Io, engines?: readonly number[]): Command {
  return new Command("start")
    .description(
      "Starts a platform in the foreground: all of it on a data folder, or with --role a process of many on engines.",
    )
    .option("--port <port>", "of the edge; 0: any free one (ATLAS_PORT)")
    .option("--host <address>", "that the edge listens on (ATLAS_HOST)")
    .option("--data <folder>", "the data folder (ATLAS_DATA)")
    .option("--console <folder>", "a built console; without it, this project's (ATLAS_CONSOLE)")
    .option("--market <kind>", "simulated, or recorded: what happened elsewhere, as BTC-USDT, besides (ATLAS_MARKET)")
    .option("--engines <column>", "embedded, or distributed: Kafka, DynamoDB and S3 (ATLAS_ENGINES)")
    .option(
      "--role <roles>",
      `what the process is there for, of many on engines: some of ${ROLES.join(", ")} (ATLAS_ROLES)`,
    )
    .option("--standby <shards>", "of other processes that it keeps hot, to take them over at once (ATLAS_STANDBY)")
    .option("--log-level <level>", "debug, info, warn, error or silent, on stderr (ATLAS_LOG_LEVEL)")
    .addHelpText(
      "after",
      "\nExamples:\n  npm start\n  npm start -- --market recorded\n  npx atlas start --port 9000 --data /var/lib/atlas" +
        "\n  npx atlas start --engines distributed --role gateway,market" +
        "\n  npx atlas start --engines distributed --role oms,venue --standby 26",
    )
    .action(async (options: StartOptions) => {
      const settings = settingsOf(options);
      // The services are read only here: every other verb begins without them.
      const { serve } = await import("../start/serve.ts");
      await serve(io, settings, engines);
    });
}

function settingsOf(options: StartOptions): Settings {
  const given = {
    ATLAS_PORT: options.port,
    ATLAS_HOST: options.host,
    ATLAS_DATA: options.data,
    ATLAS_CONSOLE: options.console,
    ATLAS_MARKET: options.market,
    ATLAS_ENGINES: options.engines,
    ATLAS_ROLES: options.role,
    ATLAS_STANDBY: options.standby,
    ATLAS_LOG_LEVEL: options.logLevel,
  };
  return checkSettings(readSettings(environment(), given));
}
