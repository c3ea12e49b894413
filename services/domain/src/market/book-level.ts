/** One price of a book as everybody may see it. */
export interface BookLevel {
  readonly priceTicks: number;
  /** All orders at the price together; 0 in a delta: the level is gone. */
  readonly quantityLots: number;
  readonly orderCount: number;
}
