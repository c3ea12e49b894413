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
  watches.choose("I56");
  expect([...watched]).toEqual([...IDS.slice(0, 40), "I56"]);
  expect(ended).toEqual(["I55"]);
});

test("who goes back to one of the forty loses none of them", () => {
  const { watches, watched, ended } = opened();
  for (const id of ["I3", "I55", "I3", "I4"]) watches.choose(id);
  expect([...watched]).toEqual(IDS.slice(0, 40));
  expect(ended).toEqual(["I55"]);
});

test("at the end nothing is watched", () => {
  const { watches, watched } = opened();
  watches.choose("I60");
  watches.close();
  expect(watched.size).toBe(0);
});
