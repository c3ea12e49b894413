/** A rectangle of the desk, in whole pixels from its upper left corner. */
export interface Box {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** A rectangle that is one area, or is divided. */
export type Division<Area extends string> = Area | Split<Area>;

/** A rectangle divided side by side (`columns`) or one above the other (`rows`). */
export interface Split<Area extends string> {
  readonly axis: "columns" | "rows";
  readonly parts: readonly Part<Area>[];
}

export interface Part<Area extends string> {
  /** Under which its size is kept, and what a person calls it. */
  readonly name: string;
  readonly holds: Division<Area>;
  /** Usual length along the split's axis: pixels, or below 1 a share of all. Absent: what the others leave; one part's is. */
  readonly usual?: number;
}

/** What an area cannot be smaller than. */
export type Least<Area extends string> = Readonly<Record<Area, { readonly width: number; readonly height: number }>>;

/** Lengths that a person gave to parts, by their names. */
export type Sizes = Readonly<Record<string, number>>;

/** Between two parts: moving it makes one longer and the other shorter. */
export interface Separator {
  readonly id: string;
  readonly before: string;
  readonly after: string;
  readonly axis: "columns" | "rows";
  readonly box: Box;
  /** Length of the part before it, and what that can be made. */
  readonly now: number;
  readonly least: number;
  readonly most: number;
  /** Sizes once the part before it has that length. */
  moved(length: number): Sizes;
  /** Sizes with both parts as they usually are. */
  restored(): Sizes;
}

export interface Placing<Area extends string> {
  readonly areas: ReadonlyMap<Area, Box>;
  readonly separators: readonly Separator[];
}

/** Pixels between two parts. */
export const GAP = 5;

/**
 * Where every area stands in a box.
 *
 * By hand, for the library that would do it (paneforge) sets the cursor of a drag by a style element, which the content
 * security policy refuses; and areas that are placed rather than nested stay mounted when another layout is chosen.
 *
 * No part gets shorter than its least unless the box is too small for all of them.
 */
export function place<Area extends string>(
  division: Division<Area>,
  box: Box,
  sizes: Sizes,
  least: Least<Area>,
): Placing<Area> {
  if (typeof division === "string") return { areas: new Map([[division, box]]), separators: [] };
  const { axis, parts } = division;
  const isAcross = axis === "columns";
  const room = (isAcross ? box.width : box.height) - GAP * (parts.length - 1);
  const leasts = parts.map(({ holds }) => leastOf(holds, axis, least));
  const lengths = lengthsOf(parts, leasts, sizes, room);
  const areas = new Map<Area, Box>();
  const separators: Separator[] = [];
  let at = isAcross ? box.left : box.top;
  for (const [index, part] of parts.entries()) {
    const length = lengths[index] ?? 0;
    const own = isAcross ? { ...box, left: at, width: length } : { ...box, top: at, height: length };
    const inner = place(part.holds, own, sizes, least);
    for (const [area, where] of inner.areas) areas.set(area, where);
    at += length;
    const next = parts[index + 1];
    if (next !== undefined) {
      const strip = isAcross ? { ...box, left: at, width: GAP } : { ...box, top: at, height: GAP };
      const pair = [part, next] as const;
      const both = [length, lengths[index + 1] ?? 0] as const;
      const bounds = [leasts[index] ?? 0, leasts[index + 1] ?? 0] as const;
      separators.push(separatorOf(axis, strip, pair, both, bounds, sizes));
    }
    separators.push(...inner.separators);
    at += GAP;
  }
  return { areas, separators };
}

function separatorOf(
  axis: "columns" | "rows",
  box: Box,
  [before, after]: readonly [Part<string>, Part<string>],
  [now, other]: readonly [number, number],
  [least, leastOfOther]: readonly [number, number],
  sizes: Sizes,
): Separator {
  const most = Math.max(now, now + other - leastOfOther);
  const lowest = Math.min(least, now);
  return {
    id: `${before.name}|${after.name}`,
    before: before.name,
    after: after.name,
    axis,
    box,
    now,
    least: lowest,
    most,
    moved(length) {
      const step = Math.round(Math.min(most, Math.max(lowest, length))) - now;
      return {
        ...sizes,
        ...(before.usual === undefined ? {} : { [before.name]: now + step }),
        ...(after.usual === undefined ? {} : { [after.name]: other - step }),
      };
    },
    restored: () =>
      Object.fromEntries(Object.entries(sizes).filter(([name]) => name !== before.name && name !== after.name)),
  };
}

/** Lengths of the parts, which are `room` together. */
function lengthsOf(
  parts: readonly Part<string>[],
  leasts: readonly number[],
  sizes: Sizes,
  room: number,
): readonly number[] {
  const wanted = parts.map(({ name, usual }, index) => {
    const least = leasts[index] ?? 0;
    if (usual === undefined) return least;
    const size = sizes[name] ?? (usual < 1 ? Math.round(usual * room) : usual);
    return Math.max(least, size);
  });
  const missing = sum(wanted) - room;
  if (missing <= 0)
    return wanted.map((length, index) => (parts[index]?.usual === undefined ? length - missing : length));
  // Those that are longer than they must be give, each by how much it has to give.
  const spare = wanted.map((length, index) => length - (leasts[index] ?? 0));
  const all = sum(spare);
  const shortened =
    all >= missing
      ? wanted.map((length, index) => length - Math.floor(((spare[index] ?? 0) * missing) / all))
      : leasts.map((least) => Math.floor((least * Math.max(0, room)) / sum(leasts)));
  const rest = sum(shortened) - room;
  const longest = shortened.indexOf(Math.max(...shortened));
  return shortened.map((length, index) => (index === longest ? length - rest : length));
}

/** The least length along an axis. */
function leastOf<Area extends string>(division: Division<Area>, axis: "columns" | "rows", least: Least<Area>): number {
  if (typeof division === "string") return axis === "columns" ? least[division].width : least[division].height;
  const inner = division.parts.map(({ holds }) => leastOf(holds, axis, least));
  return division.axis === axis ? sum(inner) + GAP * (inner.length - 1) : Math.max(...inner);
}

function sum(lengths: readonly number[]): number {
  return lengths.reduce((total, length) => total + length, 0);
}
