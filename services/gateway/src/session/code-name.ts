import { Code } from "@connectrpc/connect";

/** A code as Connect writes it: `failed_precondition`. */
export function codeName(code: Code): string {
  return (Code[code] as string).replace(/[A-Z]/g, (letter, at: number) => (at === 0 ? "" : "_") + letter.toLowerCase());
}
