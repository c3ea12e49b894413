import type { Amount } from "@atlas/gen/atlas/money/v1/amount_pb";
import { millisecondsOf, timestampOf } from "@atlas/platform/wire/time";
import type { DescEnum } from "@bufbuild/protobuf";
import type { GenEnum } from "@bufbuild/protobuf/codegenv2";
import type { Timestamp } from "@bufbuild/protobuf/wkt";
import { usage } from "../client/failure.ts";

/** `PARTIALLY_FILLED`: an enum's value without its prefix; unspecified is empty. */
export function wordOf(schema: DescEnum, value: number): string {
  if (value === 0) return "";
  const name = schema.value[value]?.name ?? String(value);
  return schema.sharedPrefix === undefined ? name : name.slice(schema.sharedPrefix.length);
}

/** The value of a word such as `buy` or `fill-or-kill`, in any case. Throws wrong usage, listing what there is. */
export function numberOf<E extends number>(schema: GenEnum<E>, word: string, what: string): E {
  const name = word.toUpperCase().replaceAll("-", "_");
  const prefix = (schema.sharedPrefix ?? "").toUpperCase();
  const known = schema.values.filter((one) => one.number !== 0);
  const found = known.find((one) => one.name === name || one.name === `${prefix}${name}`);
  if (found !== undefined) return found.number as E;
  const words = known.map((one) => one.name.slice(prefix.length).toLowerCase().replaceAll("_", "-"));
  throw usage(`${what} "${word}" is none of ${words.join(", ")}`);
}

/** `2026-11-20T10:00:00.123Z`. */
export function timeOf(time: Timestamp | undefined): string {
  const milliseconds = millisecondsOf(time);
  return milliseconds === undefined ? "" : new Date(milliseconds).toISOString();
}

/** The time of a text such as `2026-11-20T10:00:00Z`; throws wrong usage, naming the option. */
export function timeIn(text: string, option: string): Timestamp {
  const milliseconds = Date.parse(text);
  if (Number.isNaN(milliseconds)) throw usage(`${option} is "${text}"; it is a time such as 2026-11-20T10:00:00Z`);
  return timestampOf(milliseconds);
}

/** `12.5 USD`. */
export function amountOf(amount: Amount | undefined): string {
  return amount === undefined ? "" : `${amount.amount} ${amount.asset}`;
}
