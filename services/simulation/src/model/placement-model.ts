import type { Order } from "@atlas/gen/atlas/order/v1/order_pb";
import type { PlaceOrder, VenueCommand } from "@atlas/gen/atlas/venue/v1/venue_pb";
import { e8 } from "./e8.ts";
import type { OrderModel } from "./order-model.ts";
import type { Violations } from "./violations.ts";

/**
 * No order reaches a venue that was not accepted with that content (I13). Event and placement leave the shard each by its own way:
 * which of the two stands on the log first says nothing.
 */
export class PlacementModel {
  readonly #orders: OrderModel;
  readonly #violations: Violations;
  readonly #placed = new Set<string>();
  /** Placed before its event stands on the log. */
  readonly #early = new Map<string, PlaceOrder>();

  constructor(orders: OrderModel, violations: Violations) {
    this.#orders = orders;
    this.#violations = violations;
  }

  /** A receiver lets a command for a venue pass. */
  takeCommand({ command }: VenueCommand): void {
    if (command.case !== "place") return;
    const place = command.value;
    const { orderId } = place;
    this.#violations.check("I13", !this.#placed.has(orderId), () => `${orderId} is placed twice`);
    this.#placed.add(orderId);
    const accepted = this.#orders.orders.get(orderId)?.order;
    if (accepted === undefined) this.#early.set(orderId, place);
    else this.#compare(place, accepted);
  }

  /** An order was accepted; the model has it. */
  accepted(orderId: string): void {
    const place = this.#early.get(orderId);
    if (place === undefined) return;
    this.#early.delete(orderId);
    this.#compare(place, this.#orders.orders.get(orderId)?.order);
  }

  /** When everything that was decided stands on the log. */
  end(): void {
    for (const orderId of this.#early.keys()) {
      this.#violations.check("I13", false, () => `${orderId} is placed and was never accepted`);
    }
  }

  #compare(place: PlaceOrder, accepted: Order | undefined): void {
    const matches =
      accepted !== undefined &&
      e8(accepted.quantity) === e8(place.quantity) &&
      e8(accepted.limitPrice) === e8(place.limitPrice) &&
      accepted.side === place.side &&
      accepted.accountId === place.accountId;
    const text = () => `${place.orderId} of ${place.quantity} is placed as it was not accepted`;
    this.#violations.check("I13", matches, text);
  }
}
