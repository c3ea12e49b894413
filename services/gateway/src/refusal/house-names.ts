import { HOUSE_ACCOUNTS, HOUSE_OWNER } from "@atlas/domain/control/instrument-terms";
import type { RefusalError } from "@atlas/platform/refusal/refusal-error";
import { invalidField } from "./invalid-field.ts";

/** Control opens and funds the participants' accounts, and their venue alone trades on them: what clients did would mix with it. */
export function refuseHouseAccount(field: string, accountId: string): RefusalError | undefined {
  if (!accountId.startsWith(HOUSE_ACCOUNTS)) return undefined;
  return invalidField(
    field,
    `must not begin with ${HOUSE_ACCOUNTS}: such accounts are of instruments' own participants`,
  );
}

/** A venue knows whom orders belong to by this: those of another `house` would be the participants' own (I10). */
export function refuseHouseOwner(field: string, ownerId: string): RefusalError | undefined {
  if (ownerId !== HOUSE_OWNER) return undefined;
  return invalidField(field, `must not be ${HOUSE_OWNER}: so instruments' own participants are called`);
}
