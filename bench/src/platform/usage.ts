import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";

/** What a process has used since it began. */
export interface Usage {
  /** Milliseconds of one core. */
  readonly cpu: number;
  /** Bytes that it caused to be written to storage, pages in full. */
  readonly writtenBytes: number;
  /** Bytes in memory now. */
  readonly residentBytes: number;
}

/** Milliseconds of a clock tick of /proc, on every Linux in use. */
export const TICK = 10;

/** Reads /proc: Linux only. Work of all threads is in it. */
export function usageOf(processId: number): Usage {
  const fields = fieldsOf(readFileSync(`/proc/${processId}/stat`, "utf8"));
  const io = readFileSync(`/proc/${processId}/io`, "utf8");
  const status = readFileSync(`/proc/${processId}/status`, "utf8");
  return {
    cpu: (Number(fields[11]) + Number(fields[12])) * TICK,
    writtenBytes: Number(/^write_bytes: (\d+)/m.exec(io)?.[1]),
    residentBytes: Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1]) * 1024,
  };
}

/** Milliseconds of one core that a process and all below it have used, those that ended included. */
export function cpuBelow(processId: number): number {
  const above = new Map<number, number>();
  const used = new Map<number, number>();
  for (const name of readdirSync("/proc").filter((one) => /^\d+$/.test(one))) {
    const fields = statFields(name);
    if (fields === undefined) continue;
    above.set(Number(name), Number(fields[1]));
    // Its own time, then that of children that ended: user's and system's of each.
    used.set(Number(name), [11, 12, 13, 14].reduce((ticks, place) => ticks + Number(fields[place]), 0) * TICK);
  }
  const isBelow = (one: number | undefined): boolean =>
    one === processId || (one !== undefined && isBelow(above.get(one)));
  return [...used].reduce((total, [one, milliseconds]) => (isBelow(one) ? total + milliseconds : total), 0);
}

/** `undefined`: it is gone. */
function statFields(processId: string): readonly string[] | undefined {
  try {
    return fieldsOf(readFileSync(`/proc/${processId}/stat`, "utf8"));
  } catch {
    return undefined;
  }
}

/** Behind the name in parentheses, the third field is the first: parent, utime and stime are 4, 14 and 15. */
function fieldsOf(stat: string): readonly string[] {
  return stat.slice(stat.lastIndexOf(")") + 2).split(" ");
}

/** Bytes that the files of a folder take on the disk, by the first name below it. */
export function diskBytes(folder: string): Map<string, number> {
  const sizes = new Map<string, number>();
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    const first = path.slice(folder.length + 1).split("/")[0] as string;
    // A file may go while it is looked at.
    const blocks = statSync(path, { throwIfNoEntry: false })?.blocks ?? 0;
    sizes.set(first, (sizes.get(first) ?? 0) + blocks * 512);
  }
  return sizes;
}

export function sum(sizes: ReadonlyMap<string, number>): number {
  return [...sizes.values()].reduce((total, size) => total + size, 0);
}
