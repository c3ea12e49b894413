import type { LeasedProcess } from "@atlas/assembly/simulated/leased-process";
import { ReadRequestSchema } from "@atlas/gen/atlas/operations/v1/shard_service_pb";
import { create } from "@bufbuild/protobuf";
import type { LeaseWorld } from "./lease-world.ts";

/** Milliseconds for an answer, at most, and behind its deadline. */
const LONGEST = 8_000;
const LATE = 250;
/** Between two questions of a process, about. */
const PAUSE = 700;

/** Asks a shard now and then for as long as it lives: whatever befalls the others, who asks is told something when its time is over. */
export function askNowAndThen(leases: LeaseWorld, member: LeasedProcess): void {
  const { roll, violations } = leases;
  const { clock } = member.process;
  const shard = roll.pick([...leases.shards.values()].flat());
  if (shard === undefined) return;
  const patience = 500 + roll(LONGEST);
  const { pauses } = member;
  let isTold = false;
  void ask(member, shard, patience)
    .catch(() => undefined)
    .then(() => {
      isTold = true;
    });
  leases.world.clock.after(patience + LATE, () => {
    if (!member.isRunning || member.pauses !== pauses || member.isStopping) return;
    violations.check("LIVE", isTold, () => `${member.process.name} asked ${shard} and was told nothing`);
  });
  clock.after(1 + roll(2 * PAUSE), () => askNowAndThen(leases, member));
}

/** Rejects when it is not answered in `patience` milliseconds. */
export async function ask({ directory, process }: LeasedProcess, shard: string, patience: number): Promise<void> {
  await directory.client(shard).read(create(ReadRequestSchema, { shard }), process.clock.monotonic() + patience);
}
