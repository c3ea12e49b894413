import { fork } from "node:child_process";

/** Work in a process of its own. */
export interface OtherProcess<Result> {
  /** What it answered; rejects when it ended without. */
  readonly result: Promise<Result>;
  /** Resolves when it is gone. */
  readonly ended: Promise<void>;
  /** Asks it to come to its end and answer. */
  finish(): void;
}

type FromChild = { readonly result: unknown } | { readonly failure: string };

/** Runs a module that calls `workInOtherProcess`, with an argument that can be cloned. */
export function startOtherProcess<Argument, Result>(module: URL, argument: Argument): OtherProcess<Result> {
  const child = fork(module, { serialization: "advanced", stdio: ["ignore", "ignore", "inherit", "ipc"] });
  const result = new Promise<Result>((resolve, reject) => {
    child.once("message", (message: FromChild) => {
      if ("failure" in message) reject(new Error(message.failure));
      else resolve(message.result as Result);
    });
    child.once("exit", (code) => reject(new Error(`${module.pathname} ended with ${code} and without an answer`)));
  });
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  child.send({ argument });
  return { result, ended, finish: () => child.connected && child.send({ finish: true }) };
}

/**
 * The other side: `work` gets the argument and a promise that resolves when the parent wants the answer now. The process ends
 * with the answer (in order, or as by a power cut), and with its parent.
 */
export function workInOtherProcess<Argument, Result>(
  work: (argument: Argument, finished: Promise<void>) => Promise<Result>,
  end: "in order" | "as by a power cut" = "in order",
): void {
  let finish: () => void = () => {};
  const finished = new Promise<void>((resolve) => {
    finish = resolve;
  });
  const leave = () => (end === "in order" ? process.exit(0) : process.kill(process.pid, "SIGKILL"));
  const answer = (message: FromChild) => process.send?.(message, leave);
  process.once("disconnect", () => process.exit(1));
  process.on("message", (message: { readonly argument?: Argument }) => {
    if (!("argument" in message)) finish();
    else {
      work(message.argument as Argument, finished).then(
        (result) => answer({ result }),
        (error: Error) => answer({ failure: `${error.stack ?? error}` }),
      );
    }
  });
}
