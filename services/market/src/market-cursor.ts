import { Reason } from "@atlas/gen/atlas/error/v1/refusal_pb";
import { type RefusalError, refusal } from "@atlas/platform/refusal/refusal-error";
import type { MarketReadContext } from "./context.ts";
import { InstrumentMarket } from "./instrument-market.ts";

/** The position that a read or a message shows: `BTC-USD:1200`. */
export function marketCursor(instrumentId: string, sequence: number | bigint): string {
  return `${instrumentId}:${sequence}`;
}

/** The sequence of a cursor of this instrument; `undefined`: it is none. */
function sequenceOf(cursor: string, instrumentId: string): number | undefined {
  const digits = cursor.startsWith(`${instrumentId}:`) ? cursor.slice(instrumentId.length + 1) : "";
  return /^(0|[1-9]\d{0,14})$/.test(digits) ? Number(digits) : undefined;
}

interface MarketRequest {
  readonly instrumentId: string;
  readonly notBefore: string;
}

/** As `findMarket`, of a market whose book and phase are known: else refuses with NOT_READY. */
export async function findWholeMarket(request: MarketRequest, context: MarketReadContext): Promise<InstrumentMarket> {
  const market = await findMarket(request, context);
  const { instrumentId, complete } = market;
  if (!complete) throw refusal(Reason.NOT_READY, `the book of ${instrumentId} is not known in full yet`);
  return market;
}

/**
 * The market of an instrument, not before the position asked for: waits for it until the deadline. Refuses with
 * UNKNOWN_INSTRUMENT, INVALID_FIELD for a cursor of something else, NOT_READY when the position does not come in time.
 */
export async function findMarket(request: MarketRequest, context: MarketReadContext): Promise<InstrumentMarket> {
  const { instrumentId, notBefore } = request;
  const least = notBefore === "" ? 0 : sequenceOf(notBefore, instrumentId);
  if (least === undefined) throw notACursor(instrumentId, notBefore);
  const market = context.view.market(instrumentId);
  if (market === undefined && !context.isDefined(instrumentId)) {
    throw refusal(Reason.UNKNOWN_INSTRUMENT, `there is no instrument ${instrumentId}`, { field: "instrument_id" });
  }
  if ((market?.sequence ?? 0) < least) await reach(instrumentId, least, context);
  return context.view.market(instrumentId) ?? new InstrumentMarket(instrumentId);
}

function reach(instrumentId: string, sequence: number, context: MarketReadContext): Promise<void> {
  return new Promise((resolve, reject) => {
    const end = context.view.subscribe(instrumentId, (event) => {
      if (Number(event.sequence) < sequence) return;
      end();
      cancel();
      resolve();
    });
    const cancel = context.clock.after(Math.max(0, context.deadline - context.clock.monotonic()), () => {
      end();
      const stands = context.view.market(instrumentId)?.sequence ?? 0;
      reject(
        refusal(Reason.NOT_READY, `the market of ${instrumentId} stands at ${stands}, before ${sequence}`, {
          field: "not_before",
        }),
      );
    });
  });
}

function notACursor(instrumentId: string, cursor: string): RefusalError {
  const message = `${JSON.stringify(cursor)} is no position of ${instrumentId}`;
  return refusal(Reason.INVALID_FIELD, message, {
    field: "not_before",
    violations: [{ field: "not_before", reason: Reason.INVALID_FIELD, message }],
  });
}
