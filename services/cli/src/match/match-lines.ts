import { MarketEventSchema } from "@atlas/gen/atlas/market/v1/market_pb";
import { VenueReportSchema } from "@atlas/gen/atlas/venue/v1/venue_pb";
import { toJson } from "@bufbuild/protobuf";
import { parseCommand } from "./command-line.ts";
import type { Matcher } from "./matcher.ts";

/** A line stopped the run; the message names it. */
export class MatchError extends Error {
  override name = "MatchError";
}

/**
 * Decides each line's command; `write` gets what it led to, a line each: reports, then market events. Empty lines are
 * passed over. Throws `MatchError` at the first line that is not valid: what came before has been written.
 */
export async function matchLines(
  matcher: Matcher,
  lines: AsyncIterable<string[]>,
  write: (text: string) => Promise<void>,
): Promise<void> {
  let number = 0;
  for await (const some of lines) {
    let output = "";
    try {
      for (const line of some) {
        number++;
        if (line.trim() !== "") output += decideLine(matcher, line);
      }
    } catch (error) {
      await write(output);
      throw new MatchError(`line ${number}: ${(error as Error).message}`);
    }
    if (output !== "") await write(output);
  }
}

function decideLine(matcher: Matcher, line: string): string {
  const { reports, market } = matcher.decide(parseCommand(line));
  let output = "";
  for (const report of reports) output += `{"report":${JSON.stringify(toJson(VenueReportSchema, report))}}\n`;
  for (const event of market) output += `{"market":${JSON.stringify(toJson(MarketEventSchema, event))}}\n`;
  return output;
}
