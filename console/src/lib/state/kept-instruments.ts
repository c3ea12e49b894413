import { KeptChoice } from "../form/kept-choice.ts";

/** More favourites than anybody has. */
const MOST = 200;

/** The instruments that a person wants first in the list, in this browser: by user, for several may sit at it. */
export function favouriteMemory(
  userId: string,
  shelf?: ConstructorParameters<typeof KeptChoice>[3],
): KeptChoice<readonly string[]> {
  const read = (kept: unknown): readonly string[] => {
    const ids = Array.isArray(kept) ? kept.filter((one): one is string => typeof one === "string") : [];
    return [...new Set(ids)].slice(0, MOST);
  };
  return new KeptChoice(`atlas.favourites.${userId}`, 1, read, shelf);
}

/** Whether the working orders of the instrument chosen are shown alone. */
export function onlyHereMemory(
  userId: string,
  shelf?: ConstructorParameters<typeof KeptChoice>[3],
): KeptChoice<boolean> {
  return new KeptChoice(`atlas.working.only-here.${userId}`, 1, (kept) => kept === true, shelf);
}

/** Favourites first, each part in the order that it stood in. */
export function favouritesFirst<Named extends { readonly instrumentId: string }>(
  all: readonly Named[],
  favourites: readonly string[],
): readonly Named[] {
  const isFavourite = ({ instrumentId }: Named): boolean => favourites.includes(instrumentId);
  return [...all.filter(isFavourite), ...all.filter((one) => !isFavourite(one))];
}
