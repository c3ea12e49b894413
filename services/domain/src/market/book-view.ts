import type { BookLevel } from "./book-level.ts";

/** The whole book at a sequence, or the levels that changed at it. */
export interface BookChange {
  readonly sequence: number;
  readonly bids: readonly BookLevel[];
  readonly asks: readonly BookLevel[];
}

/** A copy of a book that follows its snapshot and deltas: best first on both sides. */
export interface BookView {
  /** Of the last event of the instrument that the view has seen, whatever its kind. */
  sequence: number;
  bids: BookLevel[];
  asks: BookLevel[];
}

/** `GAP`: an event is missing, nothing was applied; the reader fetches a snapshot (S15). */
export type ViewAnswer = "APPLIED" | "REPEATED" | "GAP";

/** A view of `snapshot`, which holds everything up to its sequence. */
export function viewOf(snapshot: BookChange): BookView {
  return { sequence: snapshot.sequence, bids: [...snapshot.bids], asks: [...snapshot.asks] };
}

/** Applies a delta if it is the next event: snapshot(n) and the deltas up to m are snapshot(m) (I11). */
export function applyDelta(view: BookView, delta: BookChange): ViewAnswer {
  const answer = passSequence(view, delta.sequence);
  if (answer !== "APPLIED") return answer;
  for (const level of delta.bids) setLevel(view.bids, level, -1);
  for (const level of delta.asks) setLevel(view.asks, level, 1);
  return answer;
}

/** Counts an event that does not change the book (a trade, a ticker), so that none is missed. */
export function passSequence(view: BookView, sequence: number): ViewAnswer {
  if (sequence <= view.sequence) return "REPEATED";
  if (sequence > view.sequence + 1) return "GAP";
  view.sequence = sequence;
  return "APPLIED";
}

/** `direction` is 1 where prices rise from the best on, -1 where they fall. */
function setLevel(levels: BookLevel[], level: BookLevel, direction: 1 | -1): void {
  let low = 0;
  let high = levels.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (((levels[middle] as BookLevel).priceTicks - level.priceTicks) * direction < 0) low = middle + 1;
    else high = middle;
  }
  const found = levels[low]?.priceTicks === level.priceTicks ? 1 : 0;
  if (level.quantityLots === 0) levels.splice(low, found);
  else levels.splice(low, found, level);
}
