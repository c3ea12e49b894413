/** Settings as text, by the name of their variable. */
export type RawSettings = Readonly<Record<string, string>>;

/** A setting is wrong; the message names it and says what it may be. */
export class SettingsError extends Error {
  override name = "SettingsError";
}

/** A port. Throws `SettingsError`. */
export function portOf(name: string, raw: RawSettings): number {
  const text = raw[name] ?? "";
  const port = /^\d{1,5}$/.test(text) ? Number(text) : -1;
  if (port < 0 || port > 65_535) {
    throw new SettingsError(`${name} is "${text}"; it is a port from 0 (any free one) to 65535`);
  }
  return port;
}

/** A text that is not empty. Throws `SettingsError`. */
export function textOf(name: string, raw: RawSettings): string {
  const text = raw[name] ?? "";
  if (text.trim() === "") throw new SettingsError(`${name} is empty`);
  return text;
}

/** One of some words. Throws `SettingsError`. */
export function oneOf<const T extends string>(name: string, raw: RawSettings, values: readonly T[]): T {
  const found = values.find((value) => value === raw[name]);
  if (found === undefined) throw new SettingsError(`${name} is "${raw[name]}"; it is one of ${values.join(", ")}`);
  return found;
}

/** Words of a list, set apart by commas, each at most once. Throws `SettingsError`. */
export function someOf<const T extends string>(name: string, raw: RawSettings, values: readonly T[]): readonly T[] {
  const words = textOf(name, raw)
    .split(",")
    .map((word) => word.trim());
  const found = values.filter((value) => words.includes(value));
  if (found.length !== words.length) {
    throw new SettingsError(`${name} is "${raw[name]}"; it is some of ${values.join(", ")}, set apart by commas`);
  }
  return found;
}

/** An `http` or `https` address, without a slash at its end. Throws `SettingsError`. */
export function addressOf(name: string, raw: RawSettings): string {
  const text = raw[name] ?? "";
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !["http:", "https:"].includes(url.protocol)) {
    throw new SettingsError(`${name} is "${text}"; it is an address such as http://127.0.0.1:8080`);
  }
  return text.replace(/\/+$/, "");
}

/** A whole number. Throws `SettingsError`. */
export function wholeBetween(name: string, raw: RawSettings, least: number, most: number): number {
  const text = raw[name] ?? "";
  const number = /^\d{1,15}$/.test(text) ? Number(text) : -1;
  if (number < least || number > most) {
    throw new SettingsError(`${name} is "${text}"; it is a whole number from ${least} to ${most}`);
  }
  return number;
}
