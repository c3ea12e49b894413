/** What a command writes to. */
export interface Io {
  /** A line, or several, to stdout. */
  out(text: string): void;
  /** A line to stderr. */
  err(text: string): void;
  /** Shown over itself on a terminal, dropped elsewhere; empty clears it. */
  progress(text: string): void;
}

export function processIo(): Io {
  let shown = 0;
  const clear = () => {
    if (shown > 0) process.stderr.write(`\r${" ".repeat(shown)}\r`);
    shown = 0;
  };
  return {
    out: (text) => {
      clear();
      process.stdout.write(`${text}\n`);
    },
    err: (text) => {
      clear();
      process.stderr.write(`${text}\n`);
    },
    progress: (text) => {
      if (!process.stderr.isTTY) return;
      clear();
      shown = text.length;
      process.stderr.write(text);
    },
  };
}
