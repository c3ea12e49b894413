import { ControlCommandSchema, type ControlEvent } from "@atlas/gen/atlas/log/v1/control_record_pb";
import type { PrincipalRevoked } from "@atlas/gen/atlas/venue/v1/venue_pb";
import { create } from "@bufbuild/protobuf";
import type { ControlIntake } from "../identity/record-intake.ts";
import { awaitLinks } from "./await-links.ts";
import { targetsOf } from "./define-instrument.ts";
import { CONTROL_SHARD, type InstrumentContext } from "./instrument-context.ts";

/**
 * Makes every order shard refuse a principal, and resolves when all do (S23). Without a request id, for it needs none: what
 * is revoked stays so, and clients must not be able to use the id up before.
 */
export async function revokePrincipal(
  principal: Pick<PrincipalRevoked, "userId" | "keyId">,
  deadline: number,
  context: InstrumentContext,
): Promise<void> {
  const event = await tellControl(principal, deadline, context.intake);
  await awaitLinks(context, CONTROL_SHARD, targetsOf(event), deadline);
}

/** The same, but resolves when control has decided it: its links complete after any crash. */
export function tellControl(
  principal: Pick<PrincipalRevoked, "userId" | "keyId">,
  deadline: number,
  intake: ControlIntake,
): Promise<ControlEvent> {
  const command = create(ControlCommandSchema, { command: { case: "revokePrincipal", value: { principal } } });
  return intake.submit(command, deadline);
}
