import type { Archive, ArchiveList } from "@atlas/platform/ports/archive";

/**
 * An archive that is opened when it is first asked, and again until it opens: a platform starts and trades while its archive is
 * away (F18).
 */
export class LateArchive<Opened extends Archive> implements Archive {
  readonly #open: () => Promise<Opened>;
  #opened: Promise<Opened> | undefined;

  constructor(open: () => Promise<Opened>) {
    this.#open = open;
  }

  async create(name: string, content: Uint8Array): Promise<boolean> {
    return (await this.#archive()).create(name, content);
  }

  async read(name: string): Promise<Uint8Array | undefined> {
    return (await this.#archive()).read(name);
  }

  async list(which: ArchiveList): Promise<readonly string[]> {
    return (await this.#archive()).list(which);
  }

  /** What was opened, if it was; waits for one that is being opened. */
  async opened(): Promise<Opened | undefined> {
    return this.#opened?.catch(() => undefined);
  }

  #archive(): Promise<Opened> {
    if (this.#opened === undefined) {
      const opening = this.#open();
      this.#opened = opening;
      opening.catch(() => {
        this.#opened = undefined;
      });
    }
    return this.#opened;
  }
}
