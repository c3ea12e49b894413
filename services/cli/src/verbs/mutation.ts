import type { DescMessage, MessageShape } from "@bufbuild/protobuf";
import type { Command } from "commander";
import { isConnectionRefused, isWorthRepeating } from "../client/failure.ts";
import { repeat } from "../client/repeat.ts";
import { requestId } from "../client/request-id.ts";
import { wholeNumber } from "./pages.ts";
import type { VerbContext } from "./verb.ts";

export interface MutationOptions {
  readonly requestId?: string;
  readonly retryFor: number;
}

/** Gives a command the options of a request that changes something. */
export function withRequest(command: Command): Command {
  return command
    .option("--request-id <id>", "repeats this request instead of making a new one")
    .option(
      "--retry-for <seconds>",
      "how long to ask again while the outcome is unknown",
      wholeNumber(0, "--retry-for"),
      10,
    );
}

/**
 * Sends a request under one id until its outcome is known, within the bound. When it stays unknown the failure names the
 * id: sending the same again finds out.
 */
export async function mutate<Desc extends DescMessage>(
  context: VerbContext,
  options: MutationOptions,
  send: (requestId: string) => Promise<MessageShape<Desc>>,
): Promise<MessageShape<Desc>> {
  const id = options.requestId ?? requestId();
  try {
    return await repeat(options.retryFor * 1_000, () => send(id));
  } catch (error) {
    if (!isWorthRepeating(error) || isConnectionRefused(error)) throw error;
    context.io.err(`request ${id}: outcome unknown; \`--request-id ${id}\` with the same terms asks again`);
    throw error;
  }
}
