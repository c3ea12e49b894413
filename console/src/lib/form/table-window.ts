/** A row that is drawn, and how many before it, since the last one drawn, are not. */
export interface DrawnRow {
  readonly index: number;
  readonly skipped: number;
}

/** Rows drawn beyond what is seen, so that scrolling shows no gap. */
const BEYOND = 6;

/** What of a table is in sight, in pixels. */
export interface Sight {
  readonly top: number;
  readonly height: number;
  readonly rowHeight: number;
}

/** Rows of `count` to be drawn: those in sight and some around them, and the one `held`, wherever it is; -1: none is. */
export function tableWindow(count: number, { top, height, rowHeight }: Sight, held: number): readonly DrawnRow[] {
  const first = Math.max(0, Math.min(count - 1, Math.floor(top / rowHeight) - BEYOND));
  const end = Math.min(count, first + Math.ceil(height / rowHeight) + 2 * BEYOND);
  const indices = Array.from({ length: Math.max(0, end - first) }, (_, place) => first + place);
  if (held >= 0 && held < first) indices.unshift(held);
  else if (held >= end && held < count) indices.push(held);
  return indices.map((index, place) => ({ index, skipped: index - (indices[place - 1] ?? -1) - 1 }));
}
