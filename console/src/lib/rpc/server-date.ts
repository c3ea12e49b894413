/** The server's clock when it answered, to the second before; `undefined`: it did not say. */
export function dateOf(headers: Headers): number | undefined {
  const time = Date.parse(headers.get("date") ?? "");
  return Number.isNaN(time) ? undefined : time;
}
