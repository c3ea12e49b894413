/** No history has more columns. */
const MOST = 64;

/** What of something kept names columns. */
export function readTitles(kept: unknown): readonly string[] {
  if (!Array.isArray(kept)) return [];
  return [...new Set(kept.filter((title): title is string => typeof title === "string"))].slice(0, MOST);
}
