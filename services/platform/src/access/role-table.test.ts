import { Reason } from "@atlas/gen/atlas/error/v1/refusal_pb";
import type { AccountGrant, User } from "@atlas/gen/atlas/identity/v1/identity_pb";
import { UserSchema } from "@atlas/gen/atlas/identity/v1/identity_pb";
import { RateClass, Role } from "@atlas/gen/atlas/options/v1/options_pb";
import { create, type DescMethod } from "@bufbuild/protobuf";
import { beforeAll, describe, expect, test } from "vitest";
import { accessOf } from "./access-rule.ts";
import type { Caller } from "./caller.ts";
import { refuseAccess } from "./may-access.ts";
import { contractFiles } from "./testing/contract-files.ts";
import { EVERY_ROLE, expectedReason, FOREIGN, GRANTED, OWN, ROLE_TABLE, WAYS } from "./testing/role-table.ts";

const methods = new Map<string, DescMethod>();

beforeAll(async () => {
  for (const file of await contractFiles()) {
    for (const service of file.services) {
      for (const method of service.methods)
        methods.set(`${service.typeName.slice("atlas.".length)}/${method.name}`, method);
    }
  }
});

function ruleOf(name: string) {
  const rule = accessOf(methods.get(name) as DescMethod);
  if (rule === undefined) throw new Error(`${name} is of the contract`);
  return rule;
}

describe("access as CONTRACT 2 fixes it", () => {
  test("no method is missing from the table, none is too many", () => {
    expect([...methods.keys()].sort()).toEqual(ROLE_TABLE.map(([name]) => name).sort());
  });

  test.each(ROLE_TABLE)("%s: %s %s", (name, way, account = "") => {
    const { roles, signedIn, anonymous, internal, accountField, rateClass } = ruleOf(name);
    const who = WAYS[way];
    expect({ roles, signedIn, anonymous, internal, accountField }).toEqual({
      roles: typeof who === "string" ? [] : who,
      signedIn: way === "SIGNED_IN",
      anonymous: way === "ANYBODY",
      internal: way === "PLATFORM",
      accountField: account,
    });
    expect(rateClass).not.toBe(RateClass.UNSPECIFIED);
  });
});

/** Somebody with one role: on `own` if it is granted by account. `undefined`: with none. */
function callerWith(role: Role | undefined): Caller {
  const granted = role !== undefined && GRANTED.includes(role);
  const grants = granted ? [{ accountId: OWN, role } as AccountGrant] : [];
  const user: User = create(UserSchema, { userId: "u", roles: role === undefined || granted ? [] : [role], grants });
  return { principal: { $typeName: "atlas.identity.v1.Principal", userId: "u", keyId: "k" }, user, internal: false };
}

describe("I26: every method x role x own and foreign account", () => {
  test.each(ROLE_TABLE)("%s", (name, way, account = "") => {
    const rule = ruleOf(name);
    for (const role of EVERY_ROLE) {
      for (const accountId of [OWN, FOREIGN]) {
        const refused = refuseAccess(callerWith(role), rule, account === "" ? [] : [accountId]);
        expect([role, accountId, refused?.refusal.reason]).toEqual([
          role,
          accountId,
          expectedReason(way, account, role, accountId),
        ]);
      }
    }
    const nobody = refuseAccess(undefined, rule, account === "" ? [] : [OWN]);
    expect(nobody?.refusal.reason).toBe(way === "ANYBODY" ? undefined : Reason.NOT_SIGNED_IN);
  });

  test("one foreign account among own ones is enough to refuse", () => {
    const rule = ruleOf("stream.v1.StreamService/Subscribe");
    expect(refuseAccess(callerWith(Role.TRADER), rule, [OWN, OWN])).toBeUndefined();
    expect(refuseAccess(callerWith(Role.TRADER), rule, [OWN, FOREIGN])?.refusal.reason).toBe(Reason.UNKNOWN_ACCOUNT);
  });
});
