import { Reason } from "@atlas/gen/atlas/error/v1/refusal_pb";
import { ReadRequestSchema } from "@atlas/gen/atlas/operations/v1/shard_service_pb";
import { type Clock, sleep } from "@atlas/platform/ports/clock";
import { RefusalError, refusal } from "@atlas/platform/refusal/refusal-error";
import type { ShardDirectory } from "@atlas/platform/shard/shard-client";
import { create } from "@bufbuild/protobuf";

/** A number on a link, to be reached at its receiver. */
export interface LinkTarget {
  readonly destination: string;
  readonly number: number;
}

const FIRST_PAUSE = 5;
const LONGEST_PAUSE = 200;

/**
 * Resolves once every receiver shows that it has applied the link of `source` through the number given (S6). Rejects with
 * OUTCOME_UNKNOWN at `deadline` (clock's monotonic milliseconds), naming the shards that have not shown it; control's links
 * complete after any crash, so asking again later succeeds.
 */
export async function awaitLinks(
  ports: { readonly directory: ShardDirectory; readonly clock: Clock },
  source: string,
  targets: readonly LinkTarget[],
  deadline: number,
): Promise<void> {
  const reached = await Promise.all(targets.map((target) => awaitLink(ports, source, target, deadline)));
  const missing = targets.filter((_, index) => !reached[index]).map(({ destination }) => destination);
  if (missing.length === 0) return;
  throw refusal(Reason.OUTCOME_UNKNOWN, `not yet applied by ${missing.join(", ")}: ask again with the same id`, {
    facts: { missing: missing.join(",") },
  });
}

/** Highest number for each receiver. */
export function highestTargets(targets: readonly LinkTarget[]): LinkTarget[] {
  const highest = new Map<string, number>();
  for (const { destination, number } of targets) {
    highest.set(destination, Math.max(number, highest.get(destination) ?? 0));
  }
  return [...highest].map(([destination, number]) => ({ destination, number }));
}

async function awaitLink(
  ports: { readonly directory: ShardDirectory; readonly clock: Clock },
  source: string,
  { destination, number }: LinkTarget,
  deadline: number,
): Promise<boolean> {
  const { clock, directory } = ports;
  const query = { case: "state", value: { withStateHash: false } } as const;
  const request = create(ReadRequestSchema, { shard: destination, query });
  for (let pause = FIRST_PAUSE; clock.monotonic() < deadline; pause = Math.min(2 * pause, LONGEST_PAUSE)) {
    const state = await directory.client(destination).read(request, deadline).catch(unlessAway);
    if (state?.result.case === "state") {
      const link = state.result.value.links.find((one) => one.source === source);
      if (link !== undefined && Number(link.number) >= number) return true;
    }
    await sleep(clock, Math.min(pause, Math.max(0, deadline - clock.monotonic())));
  }
  return false;
}

/** An owner that is away may come back before the deadline. */
function unlessAway(error: unknown): undefined {
  if (!(error instanceof RefusalError)) throw error;
}
