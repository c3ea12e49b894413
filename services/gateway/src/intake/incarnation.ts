import type { Chance } from "@atlas/platform/ports/chance";
import { base64url } from "@atlas/platform/text/base64url";

/** Eight bytes are eleven characters: enough that no two gateways ever share a name. */
const BYTES = 8;

/** What a gateway's process calls itself on links from start to end (S4); never looks like a shard's name. */
export function newIncarnation(chance: Chance): string {
  return `g${base64url(chance.bytes(BYTES))}`;
}
