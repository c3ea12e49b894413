import type { ControlCommand, ControlRequest } from "@atlas/domain/control/control-command";
import type { ControlCommand as WireCommand } from "@atlas/gen/atlas/log/v1/control_record_pb";
import { hexadecimal } from "@atlas/platform/text/hexadecimal";
import { millisecondsOf } from "@atlas/platform/wire/time";
import { readProposal } from "./instrument.ts";

/** What the command asks for; `undefined` when it lacks something that every gateway sets. */
export function readRequest(wire: WireCommand): ControlRequest | undefined {
  const command = readCommand(wire.command);
  if (command === undefined) return undefined;
  return {
    command,
    requestId: wire.requestId,
    contentDigest: hexadecimal(wire.contentDigest),
    principal: wire.principal,
    validUntil: millisecondsOf(wire.validUntil),
  };
}

function readCommand(command: WireCommand["command"]): ControlCommand | undefined {
  switch (command.case) {
    case "defineInstrument": {
      const { instrument } = command.value;
      return instrument && { type: "DEFINE_INSTRUMENT", proposal: readProposal(instrument) };
    }
    case "revokePrincipal": {
      const { principal } = command.value;
      return principal && { type: "REVOKE_PRINCIPAL", revoked: principal };
    }
    case "activateEngine":
      return { type: "ACTIVATE_ENGINE", version: command.value.version, processes: command.value.processes };
    default:
      return undefined;
  }
}
