import type { User } from "@atlas/gen/atlas/identity/v1/identity_pb";
import { Role } from "@atlas/gen/atlas/options/v1/options_pb";
import { getContext, setContext } from "svelte";
import { format } from "../decimal/decimal.ts";
import { HistoryLooks } from "../history/history-looks.svelte.ts";
import type { Clients } from "../rpc/clients.ts";
import type { Session } from "../session/session.svelte.ts";
import { Connection } from "../stream/connection.svelte.ts";
import { Account } from "./account.svelte.ts";
import { accountFor, addressOf, readAddress } from "./desk-address.ts";
import { Frame } from "./frame.ts";
import { Instruments } from "./instruments.svelte.ts";
import { onlyHereMemory } from "./kept-instruments.ts";
import { Market } from "./market.svelte.ts";
import { Notifier } from "./notifier.svelte.ts";
import { OrderNews } from "./order-news.ts";

const INSTRUMENT = "atlas.instrument";
/** Where most people look first. */
const USUAL = ["BTC-USD", "BTC-USDT"];

/** What all panels of the desk share: the stream, the account, and the instrument chosen. */
export class DeskState {
  readonly clients: Clients;
  readonly connection: Connection;
  readonly frame = new Frame();
  readonly notifier = new Notifier();
  readonly instruments: Instruments;
  readonly looks = new HistoryLooks();
  /** Accounts that the person may see, those to trade for first. */
  readonly accountIds: readonly string[];
  /** `undefined`: the person has been given none. */
  account = $state.raw<Account>();
  /** `undefined`: what can be traded is not known yet. */
  market = $state.raw<Market>();
  /** Working orders of other instruments are left out. */
  isOnlyHere = $state(false);
  /** The instrument whose working orders are shown; empty: all are. */
  readonly workingFilter = $derived.by(() => (this.isOnlyHere ? (this.market?.instrument.instrumentId ?? "") : ""));
  readonly title = $derived.by(() => this.#title());
  readonly #user: User;
  /** Resolves when the instruments have come. */
  readonly #named: Promise<void>;
  readonly #stopRenewed: () => void;
  /** Accounts looked at before, of which something is not settled. */
  readonly #left = new Map<string, Account>();
  #news: OrderNews | undefined;

  constructor(session: Session, user: User) {
    this.#user = user;
    this.isOnlyHere = onlyHereMemory(user.userId).recall();
    this.clients = session.clients;
    this.connection = new Connection(session.clients, () => session.renew());
    this.#stopRenewed = session.onRenewed(() => this.connection.renewed());
    this.instruments = new Instruments(this.clients, this.connection, this.frame);
    this.#named = new Promise((resolve) => this.instruments.onLoaded(resolve));
    this.accountIds = accountsOf(user);
    const chosen = accountFor(readAddress(location.search).accountId, this.accountIds);
    if (chosen !== undefined) this.chooseAccount(chosen);
  }

  /** Who sits here: what is kept in a browser is kept by person. */
  get userId(): string {
    return this.#user.userId;
  }

  chooseAccount(accountId: string): void {
    if (this.account?.accountId === accountId) return;
    if (this.account !== undefined) this.#leave(this.account);
    const { clients, connection, frame, notifier } = this;
    const canTrade = tradesFor(this.#user, accountId);
    const instrumentOf = (id: string) => this.instruments.get(id);
    const world = { clients, connection, frame, notifier, instrumentOf, named: this.#named };
    this.account = this.#left.get(accountId) ?? new Account(accountId, canTrade, this.userId, world);
    this.#left.delete(accountId);
    this.account.comeBack();
    this.#news?.close();
    const { orders } = this.account;
    this.#news = new OrderNews({ connection, orders }, accountId, notifier, instrumentOf);
  }

  /** What was asked for there goes on until it is settled. */
  #leave(account: Account): void {
    this.#left.set(account.accountId, account);
    account.leave(() => {
      this.#left.delete(account.accountId);
      account.close();
    });
  }

  /** What was sent and is not settled, in words and by account: who leaves now does not learn what becomes of it. */
  get unsettled(): readonly string[] {
    const accounts = [...(this.account === undefined ? [] : [this.account]), ...this.#left.values()];
    return accounts.flatMap(({ accountId, unsettled }) => unsettled.map((words) => `${words} (account ${accountId})`));
  }

  /** The instrument of that id, or the one chosen last in this browser, or a usual one. */
  chooseInstrument(instrumentId: string): void {
    const wanted = [instrumentId, localStorage.getItem(INSTRUMENT) ?? "", ...USUAL];
    const known = wanted.map((id) => this.instruments.get(id)).find((one) => one !== undefined);
    const instrument = known ?? this.instruments.all?.[0];
    if (instrument === undefined || instrument.instrumentId === this.market?.instrument.instrumentId) return;
    localStorage.setItem(INSTRUMENT, instrument.instrumentId);
    this.market?.close();
    this.instruments.choose(instrument.instrumentId);
    const { clients, connection, frame } = this;
    this.market = new Market(instrument, connection, frame, {
      clients,
      userId: this.userId,
      accountId: () => this.account?.accountId ?? "",
      availableOf: (asset) => this.account?.balances.availableOf(asset),
      isStale: () => connection.isStale,
      tell: (words) => this.notifier.say("bad", words),
      send: async (terms, ended) =>
        (await this.account?.send(terms, ended)) ?? { kind: "lost", words: "There is no account to trade for." },
    });
  }

  setOnlyHere(isOn: boolean): void {
    this.isOnlyHere = isOn;
    onlyHereMemory(this.userId).keep(isOn);
  }

  /** The desk's address with an instrument, and with the account where there is a choice. */
  addressOf(instrumentId: string): string {
    const accountId = this.accountIds.length > 1 ? (this.account?.accountId ?? "") : "";
    return addressOf({ instrumentId, accountId });
  }

  #title(): string {
    if (this.market === undefined) return "Atlas";
    const { instrument, decimals } = this.market;
    const last = this.instruments.glances.get(instrument.instrumentId)?.ticker.last ?? "";
    // Where the tab is hidden it is all that is seen of the desk.
    const age = last !== "" && this.connection.isStale ? "(old) " : "";
    return `${age}${last === "" ? "—" : format(last, decimals.price)} ${instrument.instrumentId} · Atlas`;
  }

  close(): void {
    this.#stopRenewed();
    this.#news?.close();
    this.account?.close();
    for (const account of this.#left.values()) account.close();
    this.market?.close();
    this.instruments.close();
    this.connection.close();
  }
}

function accountsOf({ grants }: User): readonly string[] {
  const trading = grants.filter(({ role }) => role === Role.TRADER).map(({ accountId }) => accountId);
  return [...new Set([...trading, ...grants.map(({ accountId }) => accountId)])];
}

function tradesFor({ grants }: User, accountId: string): boolean {
  return grants.some((grant) => grant.accountId === accountId && grant.role === Role.TRADER);
}

const KEY = Symbol("desk");

export function provideDesk(desk: DeskState): DeskState {
  return setContext(KEY, desk);
}

export function useDesk(): DeskState {
  return getContext<DeskState>(KEY);
}
