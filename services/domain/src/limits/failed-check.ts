import { BrokenInvariant } from "../ledger/broken-invariant.ts";
import type { OmsRefusal } from "./refusal.ts";

/**
 * What an order is refused with when one of its checks throws: it fails closed, and nothing else of the shard is concerned (I17,
 * F21). The refusal is a decision like any other, so it must be the same wherever and however often the input is decided (S2):
 *
 * - A programming error is: the same code on the same state throws again. Mending it changes what is decided, and so takes a new
 *   engine version (S26).
 * - A want of stack or memory is not: it depends on the machine, and an owner with more of it would accept the order. Engines
 *   tell it by a `RangeError`; whatever else is one goes the same way. It is thrown on, the shard stops, and who owns it next
 *   decides the input (S26).
 * - A broken invariant means that the state is wrong, not the order: the shard stops.
 *
 * The error's text is no part of the refusal: engines word theirs differently.
 */
export function failedCheck(error: unknown): OmsRefusal {
  if (!(error instanceof Error) || error instanceof RangeError || error instanceof BrokenInvariant) throw error;
  return { reason: "CHECK_FAILED" };
}
