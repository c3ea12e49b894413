/** What an address of the desk says; empty: nothing. */
export interface DeskChoice {
  readonly instrumentId: string;
  readonly accountId: string;
}

export function readAddress(search: string): DeskChoice {
  const named = new URLSearchParams(search);
  return { instrumentId: named.get("instrument") ?? "", accountId: named.get("account") ?? "" };
}

export function addressOf({ instrumentId, accountId }: DeskChoice): string {
  const account = accountId === "" ? "" : `&account=${encodeURIComponent(accountId)}`;
  return `/?instrument=${encodeURIComponent(instrumentId)}${account}`;
}

/** The account that is named, if it is one of the person's; the first of theirs otherwise. */
export function accountFor(named: string, accountIds: readonly string[]): string | undefined {
  return accountIds.includes(named) ? named : accountIds[0];
}
