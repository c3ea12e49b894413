import { Command } from "commander";
import type { Io } from "./output/io.ts";
import { accountsVerb, balancesVerb, depositVerb, positionsVerb, postingsVerb } from "./verbs/accounts.ts";
import { auditVerb } from "./verbs/audit.ts";
import { backupVerb } from "./verbs/backup.ts";
import { cancelAllVerb, cancelVerb } from "./verbs/cancel.ts";
import { doctorVerb } from "./verbs/doctor.ts";
import { engineVerb } from "./verbs/engine.ts";
import { keysVerb } from "./verbs/keys.ts";
import { loadVerb } from "./verbs/load.ts";
import { logVerb } from "./verbs/log.ts";
import { bookVerb, instrumentsVerb, tradesVerb } from "./verbs/market.ts";
import { matchVerb } from "./verbs/match.ts";
import { migrateVerb } from "./verbs/migrate.ts";
import { fillsVerb, ordersVerb, orderVerb } from "./verbs/orders.ts";
import { previewVerb } from "./verbs/preview.ts";
import { replaceVerb } from "./verbs/replace.ts";
import { replayVerb } from "./verbs/replay.ts";
import { startVerb } from "./verbs/start.ts";
import { submitVerb } from "./verbs/submit.ts";
import { usersVerb } from "./verbs/users.ts";
import { watchVerb } from "./verbs/watch.ts";

/** The `atlas` command with every verb. Wrong usage and `--help` throw `CommanderError`. */
export function atlasProgram(io: Io, engines?: readonly number[]): Command {
  const program = new Command("atlas")
    .description("A trading platform in one process: start it, trade, watch, check.")
    .showSuggestionAfterError();
  const verbs = [
    startVerb(io, engines),
    instrumentsVerb(io),
    submitVerb(io),
    replaceVerb(io),
    cancelVerb(io),
    cancelAllVerb(io),
    ordersVerb(io),
    orderVerb(io),
    fillsVerb(io),
    accountsVerb(io),
    balancesVerb(io),
    positionsVerb(io),
    postingsVerb(io),
    depositVerb(io),
    bookVerb(io),
    tradesVerb(io),
    watchVerb(io),
    previewVerb(io),
    matchVerb(),
    replayVerb(io),
    loadVerb(io),
    keysVerb(io),
    usersVerb(io),
    logVerb(io),
    engineVerb(io),
    auditVerb(io),
    doctorVerb(io),
    backupVerb(io),
    migrateVerb(io),
  ];
  for (const one of verbs) program.addCommand(one);
  for (const command of [program, ...verbs, ...verbs.flatMap((one) => one.commands)]) {
    if (command.commands.length > 0) command.enablePositionalOptions();
    command.exitOverride().configureOutput({ writeOut: trimmed(io.out), writeErr: trimmed(io.err) });
  }
  return program;
}

function trimmed(write: (text: string) => void): (text: string) => void {
  return (text) => write(text.replace(/\n$/, ""));
}
