import type { Instrument } from "@atlas/gen/atlas/instrument/v1/instrument_pb";
import type { Connection } from "../stream/connection.svelte.ts";
import { Depth } from "./depth.svelte.ts";
import type { Frame } from "./frame.ts";
import { decimalsFor } from "./instruments.svelte.ts";
import { MarketPhase } from "./phase.svelte.ts";
import { Tape } from "./tape.svelte.ts";
import { Ticket, type TicketDesk } from "./ticket.svelte.ts";
import type { Best } from "./ticket-terms.ts";

/** Everything of the instrument that the desk shows. */
export class Market {
  readonly instrument: Instrument;
  /** Decimals of its prices and quantities. */
  readonly decimals: { readonly price: number; readonly quantity: number };
  readonly depth: Depth;
  readonly tape: Tape;
  readonly phase: MarketPhase;
  readonly ticket: Ticket;

  constructor(instrument: Instrument, connection: Connection, frame: Frame, desk: Omit<TicketDesk, "best">) {
    const { instrumentId } = instrument;
    this.instrument = instrument;
    this.decimals = decimalsFor(instrument);
    this.depth = new Depth(connection, frame, instrumentId);
    this.tape = new Tape(connection, frame, instrumentId);
    this.phase = new MarketPhase(connection, instrumentId);
    this.ticket = new Ticket(instrument, { ...desk, best: () => this.best() });
  }

  best(): Best {
    const view = this.depth.view;
    return { bid: view?.bestBid, ask: view?.bestAsk, mid: view?.mid };
  }

  close(): void {
    this.depth.close();
    this.tape.close();
    this.phase.close();
    this.ticket.close();
  }
}
