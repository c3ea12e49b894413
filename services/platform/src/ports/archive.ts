/** Objects `list` shows at a time, at most. */
export const LIST_NAMES = 1_000;

export interface ArchiveList {
  /** How the names begin; empty: all. */
  readonly prefix: string;
  /** Only names above this one. */
  readonly after?: string;
  /** 1 to 1,000. */
  readonly limit: number;
}

/**
 * The archive: objects that are written once and, while they are to be kept, neither changed nor removed by anybody, an
 * administrator included. Names are segments of ASCII letters, digits and `._=-`, beginning with a letter or a digit, between
 * slashes, 500 characters in all; others are a `RangeError`. No name may be another's beginning up to a slash.
 *
 * Everything rejects with `ArchiveUnavailable` when the archive cannot be asked now. Of `create` that leaves open whether it
 * was done: doing it again is safe, and tells.
 */
export interface Archive {
  /**
   * Keeps an object (1 to 64,000,000 bytes), durable when it resolves, whole or not at all. `true`: it stands with this
   * content, by this call or an earlier one. `false`: another content stands under the name, and stays.
   */
  create(name: string, content: Uint8Array): Promise<boolean>;
  /** What was first kept under the name, whatever was done to it later. */
  read(name: string): Promise<Uint8Array | undefined>;
  /** Names in the order of their bytes, each once. */
  list(which: ArchiveList): Promise<readonly string[]>;
}

/** No answer, or a refusal: what was asked for may be done or not. */
export class ArchiveUnavailable extends Error {
  override name = "ArchiveUnavailable";
}

/** Throws a `RangeError` unless an object may have this name and content. */
export function checkObject(name: string, content: Uint8Array): void {
  checkName(name);
  if (content.length < 1 || content.length > 64_000_000) {
    throw new RangeError(`an object has 1 to 64,000,000 bytes, not ${content.length}`);
  }
}

export function checkName(name: string): void {
  const isName = /^[A-Za-z0-9][A-Za-z0-9._=-]*(\/[A-Za-z0-9][A-Za-z0-9._=-]*)*$/.test(name);
  if (!isName || name.length > 500) throw new RangeError(`${name} is no name for an object`);
}
