import type { Io } from "./io.ts";

const WIDTH = 30;

/** Shows how far something is, at most ten times a second, on a terminal only. */
export function progressBar(io: Io): (part: number, text: string) => void {
  let shownAt = 0;
  return (part, text) => {
    const now = performance.now();
    if (now - shownAt < 100 && part < 1) return;
    shownAt = now;
    const full = Math.round(Math.min(1, Math.max(0, part)) * WIDTH);
    io.progress(`[${"#".repeat(full)}${".".repeat(WIDTH - full)}] ${Math.floor(part * 100)} % ${text}`);
  };
}
