import { Reason } from "@atlas/gen/atlas/error/v1/refusal_pb";
import type { RefusalError } from "@atlas/platform/refusal/refusal-error";
import { describe, expect, test } from "vitest";
import { requireOwnPage } from "./own-page.ts";

const METHOD = "/atlas.identity.v1.IdentityService/RefreshToken";

function outcome(host: string, header: Record<string, string>) {
  try {
    return requireOwnPage({ url: `http://${host}${METHOD}`, requestHeader: new Headers(header) });
  } catch (error) {
    return (error as RefusalError).refusal;
  }
}

describe("a call of the platform's own page", () => {
  const own: readonly [string, string, Record<string, string>, string][] = [
    ["by address and port", "127.0.0.1:8080", { origin: "http://127.0.0.1:8080" }, "http:"],
    ["by name", "localhost:8080", { origin: "http://localhost:8080" }, "http:"],
    ["by an IPv6 address", "[::1]:8080", { origin: "http://[::1]:8080" }, "http:"],
    ["behind a proxy that speaks https", "atlas.example", { origin: "https://atlas.example" }, "https:"],
    [
      "that says it is of the same origin",
      "localhost:8080",
      { origin: "http://localhost:8080", "sec-fetch-site": "same-origin" },
      "http:",
    ],
  ];
  test.each(own)("%s", (_what, host, header, scheme) => {
    expect(outcome(host, header)).toBe(scheme);
  });

  const foreign: readonly [string, string, Record<string, string>][] = [
    ["that names no origin", "localhost:8080", {}],
    ["in a sandbox", "localhost:8080", { origin: "null" }],
    ["of another site", "localhost:8080", { origin: "https://evil.example" }],
    ["of another port of this machine", "localhost:8080", { origin: "http://localhost:9999" }],
    ["of this machine by another name", "127.0.0.1:8080", { origin: "http://localhost:8080" }],
    ["of a name that begins alike", "atlas.example", { origin: "https://atlas.example.evil.example" }],
    ["of a subdomain", "atlas.example", { origin: "https://evil.atlas.example" }],
    ["with a path behind the origin", "atlas.example", { origin: "https://atlas.example/x" }],
    ["with a user before the host", "atlas.example", { origin: "https://user@atlas.example" }],
    ["of an extension", "atlas.example", { origin: "chrome-extension://atlas.example" }],
    ["of several origins", "atlas.example", { origin: "https://atlas.example https://evil.example" }],
    [
      "by http, whose answer an https address gives",
      "atlas.example",
      { origin: "http://atlas.example", "sec-fetch-site": "cross-site" },
    ],
  ];
  test.each(foreign)("is not one %s", (_what, host, header) => {
    const facts = { origin: header.origin ?? "", host };
    expect(outcome(host, header)).toMatchObject({ reason: Reason.FOREIGN_ORIGIN, facts });
  });
});
