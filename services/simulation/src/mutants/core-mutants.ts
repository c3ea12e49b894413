import type { Mutant } from "./mutant.ts";

/** Faults in what decides. */
export const coreMutants: readonly Mutant[] = [
  {
    name: "a request id is forgotten now and then",
    file: "domain/src/oms/check-request.ts",
    find: "if (number >= 0) {",
    put: "if (number >= 0 && input.appendTime % 3 > 0) {",
  },
  {
    name: "a reservation is released twice",
    file: "domain/src/oms/fill.ts",
    find: `  move(postings, given, "RESERVED", "AVAILABLE", left, "PRICE_IMPROVEMENT");`,
    put: `  move(postings, given, "RESERVED", "AVAILABLE", left, "PRICE_IMPROVEMENT");
  move(postings, given, "RESERVED", "AVAILABLE", left, "PRICE_IMPROVEMENT");`,
  },
  {
    name: "price improvement is lost",
    file: "domain/src/oms/fill.ts",
    find: `  move(postings, given, "RESERVED", "AVAILABLE", left, "PRICE_IMPROVEMENT");`,
    put: "",
  },
  {
    name: "fees are rounded down at every fill",
    file: "domain/src/ledger/fee.ts",
    find: "return roundUpE16(accruedE16) - chargedMinor;",
    put: "return accruedE16 / 10_000_000_000_000_000n - chargedMinor;",
  },
  {
    name: "evidence older than what was forgotten is believed",
    file: "domain/src/oms/check-request.ts",
    find: "if (evidence === undefined || evidence.storeTime < forgottenUntil)",
    put: "if (evidence === undefined)",
    cases: ["F7"],
    seed: 2,
  },
  {
    name: "the wall clock is read in a decision",
    file: "domain/src/oms/submit.ts",
    find: "createTime: logTimeOf(state, input),",
    put: "createTime: Date.now(),",
  },
  {
    name: "chance decides which order goes first",
    file: "domain/src/oms/cancel-many.ts",
    find: `  if (order.status === "PENDING_CANCEL") return false;`,
    put: `  if (order.status === "PENDING_CANCEL" || Math.random() < 0.5) return false;`,
  },
  {
    name: "orders expire in the order in which memory holds them",
    file: "domain/src/venue/tick.ts",
    find: "  due.sort((left, right) => orderAt(venueBook, left).acceptance - orderAt(venueBook, right).acceptance);\n",
    put: "",
    cases: ["F5", "F17", "F7"],
    seed: 2,
  },
  {
    name: "a fill behind an asked cancel does not count",
    file: "domain/src/oms/fill.ts",
    find: "  if (status === undefined) return undefined;",
    put: `  if (status === undefined || order.status === "PENDING_CANCEL") return undefined;`,
  },
  {
    name: "a replace with more reserves nothing more",
    file: "domain/src/oms/move-order.ts",
    find: "replaceLeavesLots: order.hasReplace ?",
    put: "replaceLeavesLots: order.hasReplace && order.version < 0 ?",
    cases: [],
    seed: 23,
  },
  {
    name: "a report for an order in another shape is believed",
    file: "domain/src/oms/report.ts",
    find: "if (status === undefined || !fits(order, report, step)) return unmatched(state, input, report);",
    put: "if (status === undefined) return unmatched(state, input, report);",
    cases: ["F16"],
    seed: 9,
  },
  {
    name: "who comes last trades first",
    file: "domain/src/matching/order-book.ts",
    find: "    let maker = this.levelLinks[level * 4 + HEAD] as number;",
    put: `    let maker = this.levelLinks[level * 4 + HEAD] as number;
    if (links[maker * 4 + NEXT] !== NONE && (numbers[maker * 4 + LEAVES] as number) < this.takerLeaves) return void (this.takerLeaves = 0);`,
    cases: [],
  },
  {
    name: "a level that is used up stays in the public book",
    file: "domain/src/matching/order-book.ts",
    find: "    if (taken > 0) this.touch(level);",
    put: "    if (taken > 0 && maker !== NONE) this.touch(level);",
    cases: [],
  },
  {
    name: "an owner trades with itself",
    file: "domain/src/matching/order-book.ts",
    find: "if (selfTrade !== ALLOW && (links[at + OWNER] as number) === owner) {",
    put: "if (selfTrade !== ALLOW && (links[at + OWNER] as number) === owner && open % 2 === 0) {",
    cases: [],
  },
  {
    name: "an amended order keeps its place",
    file: "domain/src/venue/amend-order.ts",
    find: "if (price === book.price(handle) && leaves < before) {",
    put: "if (price === book.price(handle)) {",
    cases: [],
  },
  {
    name: "an engine version is switched to at the wrong input: once any shard of the process has",
    file: "domain/src/engine/engine-rules.ts",
    find: "  const rules = RULES.get(version);",
    put: `  const all = globalThis as { newest?: number };
  all.newest = Math.max(all.newest ?? 1, version);
  const rules = RULES.get(all.newest);`,
  },
  {
    name: "an image forgets the engine version",
    file: "oms/src/shard-image.ts",
    find: "  state.engineVersion = image.engineVersion;\n",
    put: "",
  },
  {
    name: "a late order is placed all the same",
    file: "domain/src/venue/place-order.ts",
    find: "validUntil !== undefined && turn.time.appendTime > validUntil",
    put: "validUntil !== undefined && turn.time.appendTime > validUntil + 1e9",
    cases: ["F10", "F12", "F15", "F17"],
    seed: 3,
  },
];
