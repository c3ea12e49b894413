import { expect, test } from "vitest";
import { TickerWatches } from "./ticker-watches.ts";

const IDS = Array.from({ length: 60 }, (_, index) => `I${index + 1}`);

function opened(): { watches: TickerWatches; watched: Set<string>; ended: string[] } {
  const watched = new Set<string>();
  const ended: string[] = [];
  const watch = ({ instrumentId = "" }): (() => void) => {
    watched.add(instrumentId);
    return () => void watched.delete(instrumentId);
  };
  const watches = new TickerWatches({ watch }, { took: () => {}, ended: (id) => void ended.push(id) });
  watches.open(IDS);
  return { watches, watched, ended };
}

test("forty tickers are watched, and always the one of the instrument chosen", () => {
  const { watches, watched, ended } = opened();
  expect([...watched]).toEqual(IDS.slice(0, 40));
  watches.choose("I55");
  expect([...watched]).toEqual([...IDS.slice(0, 40), "I55"]);
  watches.choose("I3");
  expect([...watched]).toEqual(IDS.slice(0, 40));
  expect(ended).toEqual(["I55"]);
});

// Fails when only the first forty are ever watched, and when those seen come on top of them.
test("those that are seen in the list are watched in the place of others, and stay until there is need", () => {
  const { watches, watched, ended } = opened();
  watches.choose("I2");
  const seen = IDS.slice(45, 60);
  watches.look(seen);
  expect(watched.size).toBe(40);
  for (const id of [...seen, "I2"]) expect(watched).toContain(id);
  expect(ended).toEqual(IDS.slice(25, 40));
  const before = [...watched];
  watches.look(IDS.slice(0, 15));
  watches.look([]);
  expect([...watched]).toEqual(before);
});

test("more than there is room for are not watched, whatever is seen", () => {
  const { watches, watched } = opened();
  watches.look(IDS);
  watches.choose("I60");
  expect(watched.size).toBe(41);
});

test("at the end nothing is watched", () => {
  const { watches, watched } = opened();
  watches.choose("I60");
  watches.close();
  expect(watched.size).toBe(0);
});
