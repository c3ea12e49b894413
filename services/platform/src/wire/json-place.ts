import type { DescMessage } from "@bufbuild/protobuf";

/** What stands open at a place of a JSON text. */
interface Opened {
  /** `undefined`: nothing of the contract. */
  readonly schema: DescMessage | undefined;
  readonly path: string;
  /** Elements so far; `undefined`: an object. */
  count: number | undefined;
  readonly seen: Set<string>;
}

/** No request of the contract is so deep: a hostile text costs no more. */
const DEEPEST = 100;
const TOKEN = /[\s,:]*(?:([{}[\]])|("(?:[^"\\]|\\.)*")(\s*:)?|(-?\d[\d.eE+-]*|true|false|null)(?=[\s,:}\]]|$))/y;

/**
 * The path at which a text ceases to be JSON, or names a key a second time: that of the value which was last begun, such
 * as `order.quantity`, empty for none. For when parsing has failed.
 */
export function findBreak(schema: DescMessage, text: string): string {
  const open: Opened[] = [];
  let next: Pick<Opened, "schema" | "path"> = { schema, path: "" };
  TOKEN.lastIndex = 0;
  for (let token = TOKEN.exec(text); token !== null; token = TOKEN.exec(text)) {
    const [, bracket, string, colon] = token;
    const holder = open.at(-1);
    if (string !== undefined && colon !== undefined && holder?.count === undefined) {
      const place = member(holder, string);
      if (holder?.seen.has(place.path)) return place.path;
      holder?.seen.add(place.path);
      next = place;
      continue;
    }
    if (bracket === "}" || bracket === "]") {
      open.pop();
      continue;
    }
    if (holder?.count !== undefined) next = { schema: holder.schema, path: `${holder.path}[${holder.count++}]` };
    if (open.length === DEEPEST) return next.path;
    if (bracket !== undefined) open.push({ ...next, count: bracket === "[" ? 0 : undefined, seen: new Set() });
  }
  const holder = open.at(-1);
  return holder?.count === undefined ? next.path : `${holder.path}[${holder.count}]`;
}

/** The member that a key of `holder` names, by the contract's name if there is one. */
function member(holder: Opened | undefined, key: string): Pick<Opened, "schema" | "path"> {
  const name = textOf(key);
  const field = holder?.schema?.fields.find((one) => one.jsonName === name || one.name === name);
  const prefix = holder === undefined || holder.path === "" ? "" : `${holder.path}.`;
  return { schema: field?.message, path: prefix + (field?.name ?? name) };
}

function textOf(quoted: string): string {
  try {
    return JSON.parse(quoted) as string;
  } catch {
    return quoted.slice(1, -1);
  }
}
