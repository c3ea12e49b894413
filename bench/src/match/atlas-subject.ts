import { ALLOW, IMMEDIATE, NONE, REST, type SideCode } from "@atlas/domain/matching/book-code";
import { TRADED } from "@atlas/domain/matching/book-events";
import { OrderBook } from "@atlas/domain/matching/order-book";
import { CANCEL, type Flow, TAKE } from "./flow.ts";
import type { Subject } from "./subject.ts";

/** The matching core with an index of text ids beside it, as the venue keeps one; changed levels are tracked. */
export class AtlasSubject implements Subject {
  private readonly book = new OrderBook();
  private readonly handles = new Map<string, number>();
  private readonly idOf: string[] = [];

  apply(flow: Flow, ids: readonly string[], index: number): number {
    const { book } = this;
    const id = ids[index] as string;
    const kind = flow.kinds[index] as number;
    let traded = 0;
    if (kind === CANCEL) {
      const handle = this.handles.get(id) as number;
      this.handles.delete(id);
      book.cancel(handle);
    } else {
      const side = flow.sides[index] as SideCode;
      const remainder = kind === TAKE ? IMMEDIATE : REST;
      const handle = book.place(
        side,
        flow.prices[index] as number,
        flow.quantities[index] as number,
        remainder,
        ALLOW,
        0,
      );
      traded = this.readEvents();
      if (handle !== NONE) {
        this.handles.set(id, handle);
        this.idOf[handle] = id;
      }
    }
    book.forgetTouched();
    return traded;
  }

  resting(): number {
    return this.handles.size;
  }

  private readEvents(): number {
    const { events } = this.book;
    let traded = 0;
    for (let event = 0; event < events.count; event++) {
      if (events.kind(event) !== TRADED) continue;
      traded += events.quantity(event);
      if (events.leaves(event) === 0) this.handles.delete(this.idOf[events.handle(event)] as string);
    }
    return traded;
  }
}
