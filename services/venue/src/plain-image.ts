/** What an image's parts consist of. */
type Plain =
  | null
  | boolean
  | number
  | string
  | bigint
  | undefined
  | readonly Plain[]
  | { readonly [key: string]: Plain };

/**
 * Plain data as bytes: JSON with bigints as `{"$": "123"}`. Equal data made in the same way gives equal bytes, for the
 * order of an object's fields is that of their making.
 */
export function encodePlain(content: object): Uint8Array {
  const text = JSON.stringify(content, (_, value) => (typeof value === "bigint" ? { $: value.toString() } : value));
  return new TextEncoder().encode(text);
}

/** What `encodePlain` was given. The bytes come from this platform's own store, so their shape is believed. */
export function decodePlain<T extends Plain | object>(bytes: Uint8Array): T {
  return JSON.parse(new TextDecoder().decode(bytes), (_, value) =>
    typeof value === "object" && value !== null && typeof value.$ === "string" ? BigInt(value.$) : value,
  );
}
