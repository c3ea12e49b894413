import { PrincipalSchema, UserSchema } from "@atlas/gen/atlas/identity/v1/identity_pb";
import { create } from "@bufbuild/protobuf";
import type { Authenticator, Caller } from "./caller.ts";

const caller: Caller = { principal: create(PrincipalSchema), user: create(UserSchema), internal: true };

/** For a port that only the platform's own processes can connect to: whoever calls there is one of them. */
export const ownProcesses: Authenticator = {
  authenticate: () => caller,
  watch: () => () => undefined,
};
