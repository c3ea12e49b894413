import { invalidField } from "../refusal/invalid-field.ts";

/** The account of a request; only on a session may it be left out. */
export function accountOf({ accountId }: { readonly accountId: string }): string {
  if (accountId === "") throw invalidField("account_id", "is required");
  return accountId;
}
