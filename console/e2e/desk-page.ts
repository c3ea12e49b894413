import { expect, type Locator, type Page } from "@playwright/test";
import type { Stage } from "./platform.ts";

/** The desk as a person finds their way on it: by what things are and are called. */
export class DeskPage {
  readonly page: Page;
  readonly connection: Locator;
  readonly ticket: Locator;
  readonly price: Locator;
  readonly quantity: Locator;
  /** What sends the order: it says what it will do. */
  readonly send: Locator;
  readonly working: Locator;
  readonly balances: Locator;
  readonly notice: Locator;
  /** Of the last message of the stream. */
  readonly age: Locator;
  /** Of the last order. */
  readonly roundTrip: Locator;

  constructor(page: Page) {
    this.page = page;
    this.connection = page.getByRole("banner").getByRole("definition").filter({ hasText: CONNECTION });
    this.ticket = page.getByRole("form", { name: /^Order in / });
    this.price = this.ticket.getByRole("textbox", { name: "Price", exact: true });
    this.quantity = this.ticket.getByRole("textbox", { name: "Quantity", exact: true });
    this.send = this.ticket.locator("button[type=submit]");
    this.working = page.getByRole("table", { name: "Working orders" });
    this.balances = page.getByRole("table", { name: "Balances" });
    this.notice = page.getByRole("status");
    this.age = this.#told("Age");
    this.roundTrip = this.#told("Order");
  }

  /** Opens a login link and waits until the desk shows the market and the money. */
  async signIn(link: string): Promise<void> {
    await this.page.goto(link);
    await this.ready();
  }

  /** Opens an instrument's address in a browser that is signed in already. */
  async openOn(stage: Stage, instrumentId: string): Promise<void> {
    const [, token = ""] = (await stage.link()).split("#");
    const redeem = `${stage.url}/atlas.identity.v1.IdentityService/RedeemLoginLink`;
    const headers = { "connect-protocol-version": "1", origin: stage.url };
    const answer = await this.page.request.post(redeem, { headers, data: { token, refreshCookie: true } });
    expect(answer.status(), await answer.text()).toBe(200);
    await this.page.goto(`${stage.url}/?instrument=${instrumentId}`);
    await this.ready();
  }

  async ready(): Promise<void> {
    await expect(this.connection).toHaveText("Live", { timeout: 15_000 });
    await expect(this.bids.first()).toBeVisible();
    await expect(this.available("USD")).not.toHaveText("—");
  }

  /** Levels to buy from best down, as rows. */
  get bids(): Locator {
    return this.page.getByRole("list", { name: "Bids" }).getByRole("listitem");
  }

  /** Levels to sell at, as they stand: the best one last. */
  get asks(): Locator {
    return this.page.getByRole("list", { name: "Asks" }).getByRole("listitem");
  }

  #told(term: string): Locator {
    const named = this.page.getByRole("term").filter({ hasText: new RegExp(`^${term}$`) });
    return this.page.getByRole("banner").locator("div").filter({ has: named }).getByRole("definition");
  }

  available(asset: string): Locator {
    return this.#balance(asset).nth(1);
  }

  reserved(asset: string): Locator {
    return this.#balance(asset).nth(2);
  }

  #balance(asset: string): Locator {
    return this.balances
      .getByRole("row")
      .filter({ has: this.page.getByRole("cell", { name: asset, exact: true }) })
      .getByRole("cell");
  }

  async choose(option: "Buy" | "Sell" | "Limit" | "Market"): Promise<void> {
    await this.ticket.getByText(option, { exact: true }).click();
    await expect(this.ticket.getByRole("radio", { name: option, exact: true })).toBeChecked();
  }

  async fillLimit(side: "Buy" | "Sell", quantity: string, price: string): Promise<void> {
    await this.choose(side);
    await this.choose("Limit");
    await this.price.fill(price);
    await this.quantity.fill(quantity);
  }

  /** A working order by what its buttons call it, such as `buy 0.5 BTC-USD at 45,000.00`. */
  order(name: string): Locator {
    return this.working.getByRole("row").filter({ has: this.cancel(name) });
  }

  cancel(name: string): Locator {
    return this.page.getByRole("button", { name: `Cancel: ${name}` });
  }
}

const CONNECTION = /^(Connecting|Live|Stale|Disconnected|Refused)$/;
