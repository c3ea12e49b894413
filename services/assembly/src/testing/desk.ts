import { AccountService } from "@atlas/gen/atlas/account/v1/account_service_pb";
import { ReasonSchema } from "@atlas/gen/atlas/error/v1/refusal_pb";
import {
  type NewOrderSchema,
  type Order,
  OrderStatusSchema,
  OrderType,
  Side,
} from "@atlas/gen/atlas/order/v1/order_pb";
import { OrderService } from "@atlas/gen/atlas/order/v1/order_service_pb";
import { refusalOf } from "@atlas/platform/refusal/refusal-error";
import type { MessageInitShape } from "@bufbuild/protobuf";
import { Code, ConnectError } from "@connectrpc/connect";
import type { GatewayProcess, MemoryPlatform } from "../simulated/memory-platform.ts";

export type OrderFields = Omit<MessageInitShape<typeof NewOrderSchema>, "$typeName">;

/** An error as a client reads it: its code and reason, with the field. */
export interface ReadError {
  readonly code: string;
  readonly message: string;
  readonly reason: string;
  readonly field: string;
  readonly orderId: string;
}

/** Rests far below the market of ETH-USD, where only clients trade. */
const RESTING = { instrumentId: "ETH-USD", side: Side.BUY, type: OrderType.LIMIT, quantity: "1", limitPrice: "2000" };

let ids = 0;

/** A person's desk: one account, by one gateway or by whichever lives. Calls do not wait: time must pass. */
export class Desk {
  readonly #platform: MemoryPlatform;
  readonly accountId: string;
  readonly #gateway: GatewayProcess | undefined;

  constructor(platform: MemoryPlatform, accountId: string, gateway?: GatewayProcess) {
    this.#platform = platform;
    this.accountId = accountId;
    this.#gateway = gateway;
  }

  /** The same account by another gateway. */
  by(gateway: GatewayProcess): Desk {
    return new Desk(this.#platform, this.accountId, gateway);
  }

  /** A UUID v7 of now. */
  newId(): string {
    const time = this.#platform.clock.now().toString(16).padStart(12, "0");
    return `${time.slice(0, 8)}-${time.slice(8)}-7000-8000-${(++ids).toString(16).padStart(12, "0")}`;
  }

  async submit(fields: OrderFields = {}, requestId = this.newId()): Promise<Order> {
    const { accountId } = this;
    const request = { requestId, accountId, order: { ...RESTING, ...fields } };
    return shown((await this.#orders.submitOrder(request)).order);
  }

  async cancel(orderId: string, requestId = this.newId()): Promise<Order> {
    const { accountId } = this;
    return shown((await this.#orders.cancelOrder({ requestId, accountId, orderId })).order);
  }

  async replace(orderId: string, change: object, requestId = this.newId()): Promise<Order> {
    const { accountId } = this;
    return shown((await this.#orders.replaceOrder({ requestId, accountId, orderId, ...change })).order);
  }

  async read(orderId: string, notBefore = ""): Promise<Order> {
    const { accountId } = this;
    return shown((await this.#orders.getOrder({ accountId, orderId, notBefore })).order);
  }

  async list(): Promise<Order[]> {
    return (await this.#orders.listOrders({ accountId: this.accountId, pageSize: 1_000 })).orders;
  }

  /** `available/reserved` of an asset. */
  async holds(asset: string): Promise<string> {
    const { balances } = await this.#accounts.listBalances({ accountId: this.accountId });
    const balance = balances.find((one) => one.asset === asset);
    return `${balance?.available ?? "0"}/${balance?.reserved ?? "0"}`;
  }

  async deposit(asset: string, amount: string, requestId = this.newId()): Promise<void> {
    await this.#accounts.depositFunds({ requestId, accountId: this.accountId, amount: { asset, amount } });
  }

  async limit(limits: object): Promise<void> {
    const usual = { maximumNotional: "1000000", maximumOpenOrders: 10_000, ordersPerSecond: 1_000, orderBurst: 2_000 };
    const { accountId } = this;
    await this.#accounts.setLimits({ requestId: this.newId(), accountId, limits: { ...usual, ...limits } });
  }

  get #orders() {
    return this.#gateway?.client(OrderService) ?? this.#platform.client(OrderService);
  }

  get #accounts() {
    return this.#gateway?.client(AccountService) ?? this.#platform.client(AccountService);
  }
}

/** A status by its name. */
export function statusOf(order: Order): string {
  return OrderStatusSchema.value[order.status]?.localName ?? "";
}

/** What a call was refused with; "answered" if it was not. */
export async function errorOf(call: Promise<unknown>): Promise<ReadError | "answered"> {
  try {
    await call;
    return "answered";
  } catch (error) {
    if (!(error instanceof ConnectError))
      return { code: "Lost", message: "", reason: String(error), field: "", orderId: "" };
    const { reason = 0, field = "", orderId = "" } = refusalOf(error) ?? {};
    return {
      code: Code[error.code],
      message: error.rawMessage,
      reason: ReasonSchema.value[reason]?.localName ?? "",
      field,
      orderId,
    };
  }
}

function shown(order: Order | undefined): Order {
  if (order === undefined) throw new Error("an answer without an order");
  return order;
}
