import { expect, test } from "vitest";
import { moveInlineScripts } from "./strict-static.ts";

test("inline scripts go into files, in place; references and everything else stay", () => {
  const written: string[] = [];
  const page = '<head><script src="/theme.js"></script></head><body><script>{ start(); }</script></body>';
  const strict = moveInlineScripts(page, (script) => `/boot.${written.push(script)}.js`);
  expect(strict).toBe('<head><script src="/theme.js"></script></head><body><script src="/boot.1.js"></script></body>');
  expect(written).toEqual(["{ start(); }"]);
});
