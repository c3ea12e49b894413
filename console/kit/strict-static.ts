import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import adapterStatic from "@sveltejs/adapter-static";
import type { Adapter } from "@sveltejs/kit";

const PAGES = "build";
const FALLBACK = "index.html";
const SCRIPTS = "_app/immutable/entry";

/**
 * A static build of one page, served for every path, that a content security policy of `script-src 'self'` lets run:
 * Kit starts the page by an inline script, which goes into a file here.
 */
export function strictStatic(): Adapter {
  const adapter = adapterStatic({ pages: PAGES, fallback: FALLBACK });
  return {
    name: "strict-static",
    async adapt(builder) {
      await adapter.adapt(builder);
      const page = join(PAGES, FALLBACK);
      writeFileSync(page, moveInlineScripts(readFileSync(page, "utf8"), writeScript));
    },
  };
}

/** The page with a reference in place of every inline script; `write` keeps a script and answers its address. */
export function moveInlineScripts(page: string, write: (script: string) => string): string {
  return page.replaceAll(/<script>([\s\S]*?)<\/script>/g, (_, script: string) => {
    // No `defer` and no module: the script asks for `document.currentScript`, and where it stands is where it runs.
    return `<script src="${write(script)}"></script>`;
  });
}

function writeScript(script: string): string {
  const digest = createHash("sha256").update(script).digest("base64url").slice(0, 8);
  const path = `${SCRIPTS}/boot.${digest}.js`;
  writeFileSync(join(PAGES, path), script);
  return `/${path}`;
}
