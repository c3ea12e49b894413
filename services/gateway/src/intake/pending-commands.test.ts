import { OrderCommandSchema } from "@atlas/gen/atlas/log/v1/order_command_pb";
import { manualClock } from "@atlas/platform/memory/manual-clock";
import { create } from "@bufbuild/protobuf";
import { expect, test } from "vitest";
import { PendingCommand } from "./pending-command.ts";
import { PendingCommands } from "./pending-commands.ts";

/** One that waits until `deadline`, and tells `ended` when it gave up. */
function waitUntil(commands: PendingCommands, deadline: number, ended: (deadline: number) => void): void {
  const fields = { weight: 1, sentAt: 0, giveUpAt: deadline, partition: 0, commandClass: "ORDER" } as const;
  const message = create(OrderCommandSchema, { commandId: commands.nextId() });
  const receiver = { decided: () => true, silent: () => ended(deadline) };
  const command = new PendingCommand({ ...fields, deadline, message, receiver }, (one) => commands.remove(one));
  commands.add(command);
}

// Fails when the soonest deadline is not worked out anew behind a sweep.
test("every command gives up at its own deadline, whichever was added first", async () => {
  const clock = manualClock();
  const commands = new PendingCommands(clock, "one");
  const ended: [deadline: number, at: number][] = [];
  const note = (deadline: number) => void ended.push([deadline, clock.monotonic()]);
  for (const deadline of [500, 100, 300]) waitUntil(commands, deadline, note);
  await clock.advance(200);
  waitUntil(commands, 250, note);
  await clock.advance(1_000);
  expect(ended).toEqual([
    [100, 100],
    [250, 250],
    [300, 300],
    [500, 500],
  ]);
  expect(commands.size).toBe(0);
});
