import type { Dice } from "@atlas/assembly/simulated/dice";
import { fewInstruments } from "@atlas/assembly/simulated/few-instruments";
import type { GatewayProcess, MemoryPlatform } from "@atlas/assembly/simulated/memory-platform";
import { IdentityService } from "@atlas/gen/atlas/identity/v1/identity_service_pb";
import { InstrumentService } from "@atlas/gen/atlas/instrument/v1/instrument_service_pb";
import { OperationsService } from "@atlas/gen/atlas/operations/v1/operations_service_pb";
import { Role } from "@atlas/gen/atlas/options/v1/options_pb";
import { OrderService } from "@atlas/gen/atlas/order/v1/order_service_pb";
import { sleep } from "@atlas/platform/ports/clock";
import type { Answer, ClientModel, ClientRequest } from "../model/client-model.ts";
import type { Violations } from "../model/violations.ts";
import { Caller } from "./caller.ts";
import { randomOrder } from "./random-order.ts";

/** A call that answers nothing that is looked at. */
type Call = (gateway: GatewayProcess) => Promise<unknown>;

/** Of a definition: what may change, what may not, and what no instrument has. */
const CHANGES = [
  { collar: "0.04" },
  { collar: "0.08" },
  { defaultMaximumQuantity: "90" },
  { maximumNotional: "9000000" },
  {},
  { tick: "0.1" },
  { lot: "0.01" },
  { minimumNotional: "0" },
  { collar: "2" },
  { makerFee: "0.9" },
];
const PAUSE = 15_000;

/** A person who looks after the platform: users, keys, grants, sign-ins, instruments, each call until it is answered. */
export class Administrator {
  readonly #platform: MemoryPlatform;
  readonly #model: ClientModel;
  readonly #violations: Violations;
  readonly #accounts: readonly string[];
  readonly #roll: Dice;
  readonly #caller: Caller;
  #count = 0;
  #stopped = false;

  constructor(
    platform: MemoryPlatform,
    { model, violations }: { model: ClientModel; violations: Violations },
    accounts: readonly string[],
    roll: Dice,
  ) {
    this.#platform = platform;
    this.#model = model;
    this.#violations = violations;
    this.#accounts = accounts;
    this.#roll = roll;
    this.#caller = new Caller(platform, roll);
  }

  /** Resolves when it was stopped and what it had begun is done. */
  async work(): Promise<void> {
    while (!this.#stopped) {
      await sleep(this.#platform.clock, 1 + this.#roll(2 * PAUSE));
      if (this.#stopped) return;
      const kind = this.#roll(10);
      if (kind < 4) await this.#lendKey();
      else if (kind < 7) await this.#defineInstrument();
      else if (kind < 9) await this.#signIn();
      else await this.#lookAround();
    }
  }

  stop(): void {
    this.#stopped = true;
  }

  /** A user trades by a key until it is revoked; from then on the key opens nothing (I26, S23). */
  async #lendKey(): Promise<void> {
    const userId = this.#newId("user");
    const accountId = this.#roll.pick(this.#accounts);
    const grant = { accountId, role: Role.TRADER };
    const requestId = this.#newId("key");
    await this.#insist((gateway) => gateway.client(IdentityService).createUser({ userId }));
    await this.#insist((gateway) => gateway.client(IdentityService).grantAccount({ userId, grant }));
    // Its secret is told once: whoever does not hear of it makes another.
    const key = await this.#obtain((gateway) => gateway.client(IdentityService).createApiKey({ requestId, userId }));
    if (key === undefined || key.secret === "") return;
    const keyId = key.apiKey?.keyId ?? "";
    await this.#submit(accountId, key.secret);
    const end = this.#roll(3);
    const ended = await this.#insist((gateway) => {
      const identity = gateway.client(IdentityService);
      if (end === 0) return identity.disableUser({ userId });
      return end === 1 ? identity.revokeAccountGrant({ userId, grant }) : identity.revokeApiKey({ keyId });
    });
    const { kind } = await this.#submit(accountId, key.secret);
    // A grant is looked up where the gateway stands, which may be seconds behind.
    if (ended.kind !== "DONE" || end === 1) return;
    this.#violations.check("I26", kind !== "ORDER", () => `${keyId} of ${userId} traded after it was taken away`);
  }

  /** One order by a key; its request is one like any other. */
  async #submit(accountId: string, secret: string): Promise<Answer> {
    const requestId = this.#newId("order");
    const { terms, order } = randomOrder(this.#roll);
    const request: ClientRequest = { accountId, requestId, method: "submit", terms, answers: [] };
    this.#model.requests.push(request);
    const answer = await this.#caller.attempt(async (gateway) => {
      const client = gateway.client(OrderService, `Bearer ${secret}`);
      return (await client.submitOrder({ requestId, accountId, order })).order;
    });
    request.answers.push(answer);
    return answer;
  }

  async #defineInstrument(): Promise<void> {
    const requestId = this.#newId("instrument");
    const instrument = { ...this.#roll.pick(fewInstruments), ...this.#roll.pick(CHANGES) };
    await this.#insist((gateway) => gateway.client(InstrumentService).defineInstrument({ requestId, instrument }));
  }

  /** Somebody signs in by a link, stays signed in, and signs out: no token of that sign-in opens anything any more. */
  async #signIn(): Promise<void> {
    const userId = this.#newId("guest");
    await this.#insist((gateway) => gateway.client(IdentityService).createUser({ userId, roles: [Role.AUDITOR] }));
    await this.#insist((gateway) => gateway.client(IdentityService).setRoles({ userId, roles: [Role.RISK_OFFICER] }));
    const signedIn = await this.#obtain(async (gateway) => {
      const identity = gateway.client(IdentityService);
      const { token } = await identity.createLoginLink({ userId });
      return (await identity.redeemLoginLink({ token })).tokens;
    });
    if (signedIn === undefined) return;
    const renewed = await this.#obtain(async (gateway) => {
      const { refreshToken } = signedIn;
      return (await gateway.client(IdentityService).refreshToken({ refreshToken })).tokens;
    });
    if (renewed === undefined) return;
    const { accessToken, refreshToken } = renewed;
    const left = await this.#insist((gateway) => gateway.client(IdentityService, `Bearer ${accessToken}`).logOut({}));
    if (left.kind !== "DONE") return;
    const { kind } = await this.#caller.attempt(async (gateway) => {
      await gateway.client(IdentityService).refreshToken({ refreshToken });
      return undefined;
    });
    this.#violations.check("I26", kind !== "DONE", () => `${userId} went on after it had signed out`);
  }

  async #lookAround(): Promise<void> {
    await this.#insist((gateway) => gateway.client(IdentityService).listUsers({}));
    await this.#insist((gateway) => gateway.client(InstrumentService).listInstruments({}));
    await this.#insist((gateway) => gateway.client(OperationsService).getSystemState({}));
  }

  /** What the answered attempt says; an attempt given up may hear later, of another key or sign-in, and is not asked. */
  async #obtain<T>(call: (gateway: GatewayProcess) => Promise<T>): Promise<T | undefined> {
    let heard: Promise<T> | undefined;
    const answer = await this.#insist((gateway) => (heard = call(gateway)));
    return answer.kind === "DONE" ? heard : undefined;
  }

  /** Until it is answered, one way or the other. */
  async #insist(call: Call): Promise<Answer> {
    for (;;) {
      const answer = await this.#caller.attempt(async (gateway) => {
        await call(gateway);
        return undefined;
      });
      if (answer.kind !== "UNKNOWN" && answer.kind !== "NOTHING") return answer;
      await sleep(this.#platform.clock, 50 + this.#roll(500));
    }
  }

  #newId(kind: string): string {
    return `${kind} ${++this.#count}`;
  }
}
