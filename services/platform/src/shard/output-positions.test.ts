import { expect, test } from "vitest";
import { manualClock } from "../memory/manual-clock.ts";
import { memoryStore } from "../memory/memory-store.ts";
import { OutputPositions } from "./output-positions.ts";

const clock = manualClock();

function owner(store = memoryStore({ clock }), sequence = 0) {
  return new OutputPositions(store, clock, "venue/0", () => ({ sequence, offset: sequence }));
}

test("S14, I20: an owner that is behind does not take back what another has acknowledged, whoever wrote more often", async () => {
  const store = memoryStore({ clock });
  const [ahead, behind] = [owner(store, 70), owner(store, 40)];
  await Promise.all([ahead.load(() => undefined), behind.load(() => undefined)]);
  behind.raise("oms/1", 50, 5n);
  behind.raise("oms/2", 9, 2n);
  for (let count = 0; count < 3; count++) await behind.flush();
  ahead.raise("oms/1", 80, 8n);
  await ahead.flush();
  for (let count = 0; count < 3; count++) await behind.flush();
  const successor = owner(store);
  await successor.load(() => undefined);
  expect(successor.mark("oms/1")).toEqual({ number: 80, chain: 8n });
  expect(successor.mark("oms/2")).toEqual({ number: 9, chain: 2n });
  expect(successor.loaded).toEqual({ sequence: 70, offset: 70 });
  expect(behind.mark("oms/1")).toEqual({ number: 50, chain: 5n });
});

test("I20: what another owner has kept already is not written again", async () => {
  let puts = 0;
  const store = memoryStore({ clock, fault: ({ operation }) => void (operation === "put" && puts++) });
  const [first, second] = [owner(store, 70), owner(store, 70)];
  await Promise.all([first.load(() => undefined), second.load(() => undefined)]);
  for (const one of [first, second]) one.raise("oms/1", 80, 8n);
  await first.flush();
  await second.flush();
  expect(puts).toBe(2);
  second.raise("oms/1", 81, 9n);
  await second.flush();
  expect(puts).toBe(3);
  const successor = owner(store);
  await successor.load(() => undefined);
  expect(successor.mark("oms/1")).toEqual({ number: 81, chain: 9n });
});

test("F6, I20: after a writing that came to nothing the next one does not go past what another has kept meanwhile", async () => {
  let refused = 0;
  const store = memoryStore({
    clock,
    fault: ({ operation }) => (operation === "put" && refused-- > 0 ? { kind: "refused" } : undefined),
  });
  const [ahead, behind] = [owner(store, 70), owner(store, 40)];
  await Promise.all([ahead.load(() => undefined), behind.load(() => undefined)]);
  ahead.raise("oms/1", 80, 8n);
  behind.raise("oms/1", 50, 5n);
  refused = 1;
  await expect(behind.flush()).rejects.toThrow();
  await ahead.flush();
  await behind.flush();
  const successor = owner(store);
  await successor.load(() => undefined);
  expect(successor.mark("oms/1")).toEqual({ number: 80, chain: 8n });
  expect(successor.loaded.sequence).toBe(70);
});
