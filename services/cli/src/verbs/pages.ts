import { usage } from "../client/failure.ts";

/** Entries of a paged list, at most `most` of them. */
export async function collect<T>(
  most: number,
  page: (pageSize: number, pageToken: string) => Promise<{ entries: readonly T[]; nextPageToken: string }>,
): Promise<T[]> {
  const found: T[] = [];
  let pageToken = "";
  do {
    const answer = await page(Math.min(1_000, most - found.length), pageToken);
    found.push(...answer.entries);
    pageToken = answer.nextPageToken;
  } while (pageToken !== "" && found.length < most);
  return found.slice(0, most);
}

/** Parses an option that is a whole number from `least` on. */
export function wholeNumber(least: number, what: string): (text: string) => number {
  return (text) => {
    const number = /^\d{1,15}$/.test(text) ? Number(text) : -1;
    if (number < least) throw usage(`${what} is "${text}"; it is a whole number from ${least} on`);
    return number;
  };
}
