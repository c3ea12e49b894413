import { type MessagePort, parentPort, receiveMessageOnPort, workerData } from "node:worker_threads";
import { failureOf } from "./failure.ts";
import { Appender, type CommitMessage } from "./log-appender.ts";
import type { FromWriter, LogThreadData, ToWriter } from "./log-messages.ts";
import { openLogFolder } from "./log-opening.ts";

/** The thread that writes a log. Whatever waits when it is free goes into one transaction. */
const port = parentPort as MessagePort;
const { folder, segmentBytes } = workerData as LogThreadData;

start();

function start(): void {
  try {
    const opened = openLogFolder(folder);
    const appender = new Appender(folder, segmentBytes, opened);
    port.on("message", (message: ToWriter) => handle(appender, message));
    send({ kind: "opened", lanes: opened.lanes, ends: opened.ends, segments: opened.segments });
  } catch (error) {
    send({ kind: "refused", failure: failureOf(error) });
  }
}

function handle(appender: Appender, first: ToWriter): void {
  for (let message: ToWriter | undefined = first; message !== undefined; ) {
    if (message.kind === "commit") {
      message = commit(appender, message);
    } else {
      control(appender, message);
      message = waiting();
    }
  }
}

/** @returns the message after those that it committed. */
function commit(appender: Appender, first: CommitMessage): ToWriter | undefined {
  const messages = [first];
  let next = waiting();
  while (next?.kind === "commit") {
    messages.push(next);
    next = waiting();
  }
  const answer = appender.commit(messages);
  port.postMessage(answer, [answer.offsets.buffer]);
  const number = appender.wantsNext();
  if (number !== undefined) send({ kind: "prepare", number });
  return next ?? waiting();
}

function control(appender: Appender, message: Exclude<ToWriter, CommitMessage>): void {
  switch (message.kind) {
    case "prepared":
      appender.prepared(message.number);
      break;
    case "unprepared":
      appender.unprepared();
      break;
    case "pragma":
      pragma(appender, message.id, message.text);
      break;
    case "close":
      appender.close();
      send({ kind: "closed" });
      port.close();
  }
}

function pragma(appender: Appender, id: number, text: string): void {
  try {
    send({ kind: "pragma", id, value: appender.pragma(text) });
  } catch (error) {
    send({ kind: "pragma", id, failure: failureOf(error) });
  }
}

function waiting(): ToWriter | undefined {
  return receiveMessageOnPort(port)?.message as ToWriter | undefined;
}

function send(message: FromWriter): void {
  port.postMessage(message);
}
