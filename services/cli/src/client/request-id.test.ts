import { expect, test } from "vitest";
import { requestId } from "./request-id.ts";

test("a request id is a UUID of version 7: it tells when it was made, and no two are alike", () => {
  const before = Date.now();
  const ids = Array.from({ length: 10_000 }, requestId);
  const after = Date.now();
  expect(new Set(ids).size).toBe(ids.length);
  for (const id of ids) {
    expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    const made = Number.parseInt(id.replaceAll("-", "").slice(0, 12), 16);
    expect(made).toBeGreaterThanOrEqual(before);
    expect(made).toBeLessThanOrEqual(after);
  }
});
