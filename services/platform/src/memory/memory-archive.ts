import { type Archive, ArchiveUnavailable, checkName, checkObject } from "../ports/archive.ts";
import type { Clock } from "../ports/clock.ts";

/** What befalls one call. */
export type ArchiveFault =
  /** `ArchiveUnavailable`: nothing is done (F18). */
  | { readonly kind: "refused" }
  /** `ArchiveUnavailable`, though it is done. */
  | { readonly kind: "answer-lost" }
  /** `ArchiveUnavailable` at once, done `milliseconds` later. */
  | { readonly kind: "done-late"; readonly milliseconds: number }
  /** Done and answered `milliseconds` later. */
  | { readonly kind: "delayed"; readonly milliseconds: number };

export interface ArchiveCall {
  readonly operation: "create" | "read" | "list";
  /** The object, or the prefix of a list. */
  readonly name: string;
}

export interface MemoryArchiveOptions {
  /** What is kept, by name: as long as the map is. */
  readonly objects?: Map<string, Uint8Array>;
  /** Of faults that take time. */
  readonly clock?: Clock;
  /** Asked once for each call. */
  readonly fault?: (call: ArchiveCall) => ArchiveFault | undefined;
}

/** An archive in memory, for tests and the simulation. */
export function memoryArchive({ objects = new Map(), clock, fault }: MemoryArchiveOptions = {}): Archive {
  async function meet<T>(call: ArchiveCall, action: () => T): Promise<T> {
    const befalls = fault?.(call);
    switch (befalls?.kind) {
      case undefined:
        return action();
      case "refused":
        throw new ArchiveUnavailable("refused");
      case "answer-lost":
        action();
        throw new ArchiveUnavailable("done, answer lost");
      case "done-late":
        clock?.after(befalls.milliseconds, action);
        throw new ArchiveUnavailable("on its way");
      case "delayed":
        await new Promise<void>((resolve) => void clock?.after(befalls.milliseconds, resolve));
        return action();
    }
  }

  return {
    create: async (name, content) => {
      checkObject(name, content);
      const kept = content.slice();
      return meet({ operation: "create", name }, () => {
        const standing = objects.get(name);
        if (standing === undefined) objects.set(name, kept);
        return standing === undefined || isSame(standing, kept);
      });
    },
    read: async (name) => {
      checkName(name);
      return meet({ operation: "read", name }, () => objects.get(name)?.slice());
    },
    list: async ({ prefix, after = "", limit }) =>
      meet({ operation: "list", name: prefix }, () => {
        const names: string[] = [];
        for (const name of objects.keys()) if (name.startsWith(prefix) && name > after) names.push(name);
        return names.sort().slice(0, limit);
      }),
  };
}

function isSame(left: Uint8Array, right: Uint8Array): boolean {
  return left.length === right.length && left.every((byte, index) => byte === right[index]);
}
