import type { MemoryPlatform } from "@atlas/assembly/simulated/memory-platform";
import type { LogModel } from "../model/log-model.ts";
import type { ShownBook } from "../model/market-model.ts";

/** Whatever is in flight, the books of each gateway are what the log makes them, where it stands (I11). No time passes. */
export function checkMarkets(platform: MemoryPlatform, { market }: LogModel): void {
  for (const instrumentId of market.instrumentIds) {
    const books = new Map<string, ShownBook>();
    for (const gateway of platform.livingGateways()) {
      const book = platform.bookOf(gateway, instrumentId);
      if (book !== undefined) books.set(gateway.process.name, book);
    }
    market.compare(instrumentId, books);
  }
}
