/** A few small texts that only this platform's owner may read, kept apart from everything else. */
export interface SecretFiles {
  /** `undefined`: there is none of that name. */
  read(name: string): Promise<string | undefined>;
  /**
   * Keeps a text, durable when it resolves, whole or not at all. `false`: one of that name stands already, and stays as it
   * is.
   */
  create(name: string, text: string): Promise<boolean>;
}
