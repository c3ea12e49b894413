import { decide } from "@atlas/domain/oms/decide";
import { evolve } from "@atlas/domain/oms/evolve";
import type { OmsEvent } from "@atlas/domain/oms/oms-event";
import { OmsState } from "@atlas/domain/oms/oms-state";
import { printFigure } from "../figure.ts";
import { type OrderFlow, orderFlow } from "./order-flow.ts";

const ORDERS = 200_000;
const ACCOUNTS = 1_000;
const RUNS = 5;

/** Decides and applies orders from submit to fill in one order shard: limits, ledger, fees, positions, request ids, conservation. */
export function run(): void {
  const flow = orderFlow(ORDERS, ACCOUNTS);
  const runs: number[] = [];
  for (let count = 0; count < RUNS; count++) runs.push(once(flow));
  const seconds = median(runs);
  figure("throughput", flow.inputs.length / seconds, "commands/s");
  figure("orders", flow.submits / seconds, "orders/s");
}

/** Seconds for the whole flow in an empty shard; every input must have had its effect. */
function once({ inputs, submits }: OrderFlow): number {
  const state = new OmsState("oms/0", 1);
  const start = process.hrtime.bigint();
  for (const input of inputs) {
    const events = decide(state, input);
    for (let index = 0; index < events.length; index++) evolve(state, events[index] as OmsEvent);
  }
  const seconds = Number(process.hrtime.bigint() - start) / 1e9;
  if (state.orders.size !== 0 || state.anomalies !== 0 || state.requests.next < submits) {
    throw new Error(`${state.orders.size} orders are open, ${state.anomalies} inputs matched nothing`);
  }
  return seconds;
}

function median(values: readonly number[]): number {
  return [...values].sort((left, right) => left - right)[values.length >> 1] as number;
}

function figure(metric: string, value: number, unit: string): void {
  printFigure({ bench: "shard", subject: "atlas", metric, value: Math.round(value), unit });
}
