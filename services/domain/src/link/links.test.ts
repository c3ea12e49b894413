import { expect, test } from "vitest";
import { IncomingLinks } from "./incoming-links.ts";
import { OutgoingLinks } from "./outgoing-links.ts";

test("S4: a gateway's incarnation is forgotten a minute after its last input, when a new one appears; shards never", () => {
  const links = new IncomingLinks();
  links.advance("venue/1", 5, 77n, 0);
  links.advance("gAAAAAAAAAAA", 9, 0n, 0);
  links.advance("gAAAAAAAAAAA", 10, 0n, 1_000);
  links.advance("gBBBBBBBBBBB", 1, 0n, 61_000);
  expect(links.get("gAAAAAAAAAAA")).toMatchObject({ number: 10 });
  links.advance("oms/2", 1, 0n, 200_000);
  expect(links.get("gAAAAAAAAAAA")).toMatchObject({ number: 10 });
  links.advance("gCCCCCCCCCCC", 1, 0n, 61_001);
  expect(links.get("gAAAAAAAAAAA")).toBeUndefined();
  expect(links.get("gBBBBBBBBBBB")).toMatchObject({ number: 1 });
  expect(links.all().map(({ source }) => source)).toEqual(["gBBBBBBBBBBB", "gCCCCCCCCCCC", "oms/2", "venue/1"]);
  expect(links.get("venue/1")).toEqual({ source: "venue/1", number: 5, chain: 77n, lastInputAt: 0 });
});

test("S4: outgoing numbers are kept by destination", () => {
  const links = new OutgoingLinks();
  expect(links.last("venue/0")).toBe(0);
  links.advance("venue/1", 1);
  links.advance("venue/0", 1);
  links.advance("venue/1", 2);
  expect(links.all()).toEqual([
    { destination: "venue/0", number: 1 },
    { destination: "venue/1", number: 2 },
  ]);
});
