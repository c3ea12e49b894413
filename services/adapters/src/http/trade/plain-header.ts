import type { IncomingHttpHeaders } from "node:http2";

/** The header as HTTP/1.1 would have it: without HTTP/2's own fields. */
export function plainHeader(headers: IncomingHttpHeaders): Headers {
  const plain = new Headers();
  for (const [name, value] of Object.entries(headers)) {
    if (value === undefined || name.startsWith(":")) continue;
    for (const one of Array.isArray(value) ? value : [value]) plain.append(name, one);
  }
  return plain;
}
