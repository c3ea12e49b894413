import { extname } from "node:path";

/** What a file is, by the end of its name, and whether it gets smaller by compression. */
export interface ContentType {
  readonly name: string;
  readonly isText: boolean;
}

const text = (name: string): ContentType => ({ name, isText: true });
const binary = (name: string): ContentType => ({ name, isText: false });

const TYPES: Readonly<Record<string, ContentType>> = {
  ".css": text("text/css; charset=utf-8"),
  ".html": text("text/html; charset=utf-8"),
  ".ico": binary("image/x-icon"),
  ".jpg": binary("image/jpeg"),
  ".js": text("text/javascript; charset=utf-8"),
  ".json": text("application/json"),
  ".map": text("application/json"),
  ".mjs": text("text/javascript; charset=utf-8"),
  ".png": binary("image/png"),
  ".svg": text("image/svg+xml"),
  ".txt": text("text/plain; charset=utf-8"),
  ".wasm": text("application/wasm"),
  ".webmanifest": text("application/manifest+json"),
  ".webp": binary("image/webp"),
  ".woff2": binary("font/woff2"),
};

/** Of a file that is none of these a browser is told nothing that it could act on. */
export function contentTypeOf(path: string): ContentType {
  return TYPES[extname(path).toLowerCase()] ?? binary("application/octet-stream");
}
