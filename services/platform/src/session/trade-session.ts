import type { TradeRequest, TradeResponse } from "@atlas/gen/atlas/order/v1/order_session_service_pb";
import type { RefusalError } from "../refusal/refusal-error.ts";

/** Where a session's responses go: the transport's end of a `Trade` stream. Nothing here throws. */
export interface SessionSink {
  /** In order. What is sent in one turn of the event loop may leave in one write. */
  send(response: TradeResponse): void;
  /** Reads no further from the client until `release`. Requests that were read already still arrive. */
  hold(): void;
  release(): void;
  /** The last thing said: an error, or none when the client has ended and everything is answered. Once. */
  end(error: RefusalError | undefined): void;
  /** Bytes that the client has not taken yet; counts what was sent in this turn, too, or close to it. */
  readonly bufferedBytes: number;
}

/** A session's logic, as its transport sees it. Nothing here throws, and nothing is called after `abort`. */
export interface TradeSession {
  /** One decoded request, in order. What does not decode is `refuse`d instead. */
  receive(request: TradeRequest): void;
  /** A message that could not be decoded: the session ends with this. */
  refuse(error: RefusalError): void;
  /** The client sends no more: what is unanswered is still answered, then the sink is ended. */
  finish(): void;
  /** The stream broke or was canceled: nothing is sent any more. */
  abort(): void;
}

/** Begins a session for a caller that is signed in; the account is checked when the first request opens it. */
export type OpenTradeSession<Call> = (call: Call, sink: SessionSink) => TradeSession;
