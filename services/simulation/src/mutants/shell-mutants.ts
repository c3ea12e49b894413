import type { Mutant } from "./mutant.ts";

/** Faults in what carries decisions: links, log, images, store, answers. */
export const shellMutants: readonly Mutant[] = [
  {
    name: "an answer leaves before its input is decided",
    file: "platform/src/shard/event-shard-owner.ts",
    find: "    await this.#offsets.reach(await this.#inputEnd(), deadline);\n",
    put: "",
    cases: ["F4", "F8", "F11"],
    seed: 3,
  },
  {
    name: "nothing was logged, says a gateway that does not know",
    file: "gateway/src/intake/partition-writer.ts",
    find: "    if (error instanceof AppendUnknown) frame.unknown = true;\n",
    put: "",
    cases: ["F1"],
  },
  {
    name: "a deposit is answered before it is on the log",
    file: "gateway/src/account/move-funds.ts",
    find: `  const event = await decideOnce(request, { case: "deposit", value }, call, context, ownOf(FundsMovement.DEPOSIT));
  return create(DepositFundsResponseSchema, await balanceAfter(event, request.accountId, amount.asset, call, context));`,
    put: `  decideOnce(request, { case: "deposit", value }, call, context, ownOf(FundsMovement.DEPOSIT)).catch(() => undefined);
  return create(DepositFundsResponseSchema, {});`,
    cases: ["F4", "F12"],
    seed: 3,
  },
  {
    name: "an order is answered as accepted before it is on the log",
    file: "gateway/src/order/submit-attempt.ts",
    find: "    if (refused !== undefined) this.#answer.refused(refused);\n",
    put: `    if (refused !== undefined) return this.#answer.refused(refused);
    const { orderId, accountId, requestId, sessionId } = this.#draft;
    const own = { orderId, accountId, requestId, sessionId, ownerId: "", status: OrderStatus.PENDING_SUBMIT, version: 1n };
    const sums = { cumulativeQuantity: "0", leavesQuantity: this.#terms.quantity, canceledQuantity: "0", averagePrice: "" };
    const order = { ...this.#terms, $typeName: "atlas.order.v1.Order", ...own, ...sums, fees: "0", refusedBy: 0 };
    this.#answer.ordered(order);
    this.#answer = { ordered() {}, refused() {} };
`,
    cases: ["F4", "F12"],
  },
  {
    name: "what came of a batch is told in the order in which it was decided",
    file: "gateway/src/order/submit-batch.ts",
    find: "    results[index] = {",
    put: "    results[entries.length - waiting] = {",
    cases: ["F9"],
    seed: 5,
  },
  {
    name: "a gateway takes the quantity of one replace for that of another",
    file: "gateway/src/order/change-terms.ts",
    find: "  const { orderId, quantity, limitPrice, stopPrice, expectedVersion } = request;\n",
    put: `  const { orderId, limitPrice, stopPrice, expectedVersion } = request;
  const all = globalThis as { asked?: string };
  const quantity = all.asked ?? request.quantity;
  all.asked = request.quantity;
`,
    cases: [],
    seed: 1,
  },
  {
    name: "a link's number is accepted twice",
    file: "platform/src/shard/input-loop.ts",
    find: `    if (number <= last) return "drop";`,
    put: `    if (number < last) return "drop";`,
  },
  {
    name: "what is sent again begins one message too late",
    file: "platform/src/shard/link-outputs.ts",
    find: "    const from = Number(request.fromNumber);",
    put: "    const from = Number(request.fromNumber) + 1;",
    cases: ["F13"],
  },
  {
    name: "behind a damaged frame of an order shard nobody asks what it was",
    file: "platform/src/shard/event-shard-owner.ts",
    find: "      broken: () => this.#mender.doubt(),",
    put: "      broken: () => undefined,",
    cases: ["F13"],
    seed: 4,
  },
  {
    name: "an append without an answer is taken for done",
    file: "platform/src/shard/outbox.ts",
    find: "        if (!(error instanceof LogUnavailable)) this.#options.troubled(error);",
    put: "        if (!(error instanceof LogUnavailable)) return this.#done({ offset: 0, appendTime: 0 }, count);",
    seed: 10,
  },
  {
    name: "output positions are written before the log has acknowledged",
    file: "platform/src/shard/event-outputs.ts",
    find: "    this.#positions = new OutputPositions(ports.store, ports.clock, shard.name, () => this.#leftThrough());",
    put: "    this.#positions = new OutputPositions(ports.store, ports.clock, shard.name, () => ({ ...this.#leftThrough(), sequence: shard.sequence }));",
    cases: ["F1", "F5"],
    seed: 11,
  },
  {
    name: "an image holds events that are not acknowledged",
    file: "platform/src/shard/image-writer.ts",
    find: "    if (highest > this.#acknowledged) return;\n",
    put: "",
    seed: 10,
  },
  {
    name: "recovery begins at the newest slab",
    file: "platform/src/shard/recovery.ts",
    find: "const lowestStamp = slabs.reduce((lowest, { stamp }) => Math.min(lowest, stamp), Number.MAX_SAFE_INTEGER);",
    put: "const lowestStamp = slabs.reduce((lowest, { stamp }) => Math.max(lowest, stamp), 0);",
    cases: ["F5"],
    seed: 3,
  },
  {
    name: "recovery jumps over a missing event",
    file: "platform/src/shard/recovery.ts",
    find: "      if (sequence !== this.last + 1) return false;\n",
    put: "",
    cases: ["F11"],
    seed: 3,
  },
  {
    name: "what had not left is not sent again",
    file: "platform/src/shard/recovery.ts",
    find: "      if (sequence > this.#emitted) this.kept.push(event);",
    put: "      if (sequence > this.#emitted + 1e9) this.kept.push(event);",
  },
  {
    name: "the store shows what the log has not acknowledged",
    file: "oms/src/projection.ts",
    find: "    if ((this.#places.at(-1) as EventsPlace).sequence < batch.sequence) return;\n",
    put: "",
    cases: ["F15"],
    seed: 20,
  },
  {
    name: "the store forgets a batch that failed",
    file: "oms/src/projection.ts",
    find: "        this.#writing = false;\n        this.#schedule(RETRY);",
    put: "        this.#done(batch);",
  },
  {
    name: "who follows a shard again begins one event too late",
    file: "gateway/src/follow/shard-follower.ts",
    find: "    const stream = this.#client.follow(this.#last, {",
    put: "    const stream = this.#client.follow(this.#last + 1, {",
  },
  {
    name: "what a slow reader of a stream has lost is not told anew",
    file: "gateway/src/stream/response-queue.ts",
    find: "    this.#overflowed();\n",
    put: "",
    cases: ["F22"],
  },
  {
    name: "reports that a slow session has no room for are left out",
    file: "gateway/src/session/session.ts",
    find: `if (report !== undefined) this.#send(0n, { case: "report", value: report });`,
    put: `const isRoom = this.#sink.bufferedBytes < this.#context.room.sessionBytes;
    if (report !== undefined && isRoom) this.#send(0n, { case: "report", value: report });`,
    cases: ["F22"],
    seed: 2,
  },
  {
    name: "a session that resumes says nothing of what it missed",
    file: "gateway/src/session/session.ts",
    find: "    if (this.#cursor < position) this.#catchUp(accountId, position);\n",
    put: "",
  },
  {
    name: "a standby that takes over lets go of events that its owner had not said",
    file: "platform/src/shard/event-shard-owner.ts",
    find: "this.#outputs.takeOver(kept.above(from.sequence), this.#standing);",
    put: "this.#outputs.takeOver(meanwhile, this.#standing);",
    seed: 6,
  },
  {
    name: "a venue's standby that takes over says nothing of what its owner had not said",
    file: "platform/src/shard/input-shard-owner.ts",
    find: "for (const { outcome, offset } of kept) this.#outputs.emit(outcome, offset);",
    put: "for (const { outcome, offset } of []) this.#outputs.emit(outcome, offset);",
    seed: 6,
  },
  {
    name: "a deposit leaves no record of its request",
    file: "oms/src/store-items.ts",
    find: `new Set(["fundsMoved", "limitsSet", "workAdvanced"])`,
    put: `new Set(["limitsSet", "workAdvanced"])`,
    cases: ["F7"],
    seed: 3,
  },
  {
    name: "limits that are set leave no record of their request",
    file: "oms/src/store-items.ts",
    find: `new Set(["fundsMoved", "limitsSet", "workAdvanced"])`,
    put: `new Set(["fundsMoved", "workAdvanced"])`,
    cases: [],
    seed: 1,
  },
  {
    name: "an archiver goes on one record too far behind what it wrote",
    file: "audit/src/partition-archiver.ts",
    find: "    chain.next = Number(manifest.lastOffset) + 1;",
    put: "    chain.next = Number(manifest.lastOffset) + 2;",
  },
  {
    name: "an archiver that begins chains to nothing",
    file: "audit/src/partition-archiver.ts",
    find: "previous: sha256 };",
    put: "previous: new Uint8Array(sha256.length) };",
    cases: ["F19"],
  },
  {
    name: "a book loses what is asked",
    file: "market/src/instrument-market.ts",
    find: "        setAll(this.asks, event.value.asks);\n",
    put: "",
  },
  {
    name: "a sign-out ends nothing",
    file: "domain/src/identity/decide-session.ts",
    find: `  return { type: "SESSION_ENDED", sessionId, tokenReused: false };`,
    put: "  return answered();",
  },
  {
    name: "what control refuses leaves no event",
    file: "control/src/control-shard.ts",
    find: "    const event = this.#outcome(arrival);\n",
    put: `    const event = this.#outcome(arrival);\n    if (event.case === "answered") return [];\n`,
    seed: 4,
  },
];
