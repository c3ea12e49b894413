import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Reason, ReasonSchema } from "@atlas/gen/atlas/error/v1/refusal_pb";
import { Code, ConnectError } from "@connectrpc/connect";
import { describe, expect, test } from "vitest";
import { ArchiveUnavailable } from "../ports/archive.ts";
import { LogUnavailable } from "../ports/log.ts";
import { StoreUnavailable } from "../ports/store.ts";
import { codeOf } from "./reason-code.ts";
import { refusal, refusalOf, toConnectError } from "./refusal-error.ts";

const proto = readFileSync(join(import.meta.dirname, "../../../../proto/atlas/error/v1/refusal.proto"), "utf8");

/** `// NOT_FOUND. No such order.` above `REASON_UNKNOWN_ORDER = 31;` */
const documented = [...proto.matchAll(/\/\/ ([A-Z_]+)\. .*\n(?:\s*\/\/.*\n)*\s*(REASON_\w+) = /g)].map(
  ([, code, name]) => ({
    code: code as string,
    name: name as string,
  }),
);

describe("a refusal", () => {
  test.each(documented)("$name is answered with $code, as its comment says", ({ code, name }) => {
    const value = ReasonSchema.values.find((one) => one.name === name);
    const pascal = code.toLowerCase().replace(/(?:^|_)([a-z])/g, (_, letter: string) => letter.toUpperCase());
    expect(Code[codeOf(value?.number as Reason)]).toBe(pascal);
  });

  test("every documented reason was found", () => {
    expect(documented.length).toBeGreaterThan(40);
  });

  test("reaches the client as the one detail of an error", () => {
    const thrown = refusal(Reason.OFF_TICK, "0.3 is no multiple of 0.25", {
      field: "order.limit_price",
      facts: { tick: "0.25" },
    });
    const error = toConnectError(thrown);
    expect(error.code).toBe(Code.InvalidArgument);
    expect(refusalOf(error)).toMatchObject({
      reason: Reason.OFF_TICK,
      field: "order.limit_price",
      facts: { tick: "0.25" },
    });
  });

  test.each([
    ["an exception", new Error("password=hunter2")],
    ["a string", "oops"],
    ["another server's internal error", new ConnectError("SELECT secret", Code.Internal)],
  ])("%s tells the client nothing", (_name, thrown) => {
    const error = toConnectError(thrown);
    expect(error.code).toBe(Code.Internal);
    expect(error.rawMessage).toBe("internal error");
    expect(refusalOf(error)?.reason).toBe(Reason.DEFECT);
  });

  test.each([
    ["log", new LogUnavailable("sqlite: /home/me")],
    ["store", new StoreUnavailable("sqlite: /home/me")],
    ["archive", new ArchiveUnavailable("sqlite: /home/me")],
  ])("F6, F12: a %s that is away is UNAVAILABLE, and no more is told", (_name, thrown) => {
    const error = toConnectError(thrown);
    expect([error.code, refusalOf(error)?.reason]).toEqual([Code.Unavailable, Reason.NOT_READY]);
    expect(error.message).not.toContain("sqlite");
  });

  test("a deadline stays a deadline", () => {
    expect(toConnectError(new ConnectError("too late", Code.DeadlineExceeded)).code).toBe(Code.DeadlineExceeded);
  });
});
