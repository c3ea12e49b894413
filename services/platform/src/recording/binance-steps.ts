import { type BinanceLine, parseBinanceLine, type RecordedPair } from "./binance-line.ts";
import { type RecordedStep, type StepLevel, type StepReader, type StepTrade, sideOf } from "./recorded-step.ts";
import { priceOn, quantityOn, type RecordingGrid } from "./step-rounding.ts";

type DepthLine = Extract<BinanceLine, { kind: "DEPTH" | "SNAPSHOT" }>;

/** Trades that came within so many nanoseconds of a step's begin are one step with it. */
const STEP = 10_000_000n;

/**
 * Steps of a raw Binance spot capture. The book begins with the snapshot; depth updates that it holds already are
 * dropped, those that came before it but go beyond it are applied behind it. Trades before the snapshot are dropped.
 */
export function binanceSteps(grid: RecordingGrid): StepReader {
  let begin: bigint | undefined;
  let early: DepthLine[] = [];
  let bookUpdate: number | undefined;
  let open: { at: bigint; clear: boolean; levels: StepLevel[]; trades: StepTrade[] } | undefined;

  function take(): RecordedStep[] {
    if (open === undefined) return [];
    const { at, ...step } = open;
    open = undefined;
    return step.clear || step.levels.length > 0 || step.trades.length > 0 ? [{ atNanoseconds: at, ...step }] : [];
  }

  function depth(line: DepthLine, at: bigint): RecordedStep[] {
    if (line.kind === "DEPTH" && bookUpdate === undefined) {
      early.push(line);
      return [];
    }
    if (line.kind === "DEPTH" && line.lastUpdate <= (bookUpdate ?? 0)) return [];
    const done = take();
    bookUpdate = line.lastUpdate;
    open = { at, clear: line.kind === "SNAPSHOT", levels: levelsOf(grid, line), trades: [] };
    if (line.kind === "DEPTH") return done;
    const waiting = early;
    early = [];
    return [...done, ...waiting.flatMap((update) => depth(update, at))];
  }

  function trade(line: Extract<BinanceLine, { kind: "TRADE" }>, at: bigint): RecordedStep[] {
    const quantity = quantityOn(grid, line.quantity);
    if (bookUpdate === undefined || quantity === "0") return [];
    const done = open === undefined || at - open.at >= STEP ? take() : [];
    open ??= { at, clear: false, levels: [], trades: [] };
    open.trades.push({ takerSide: sideOf(!line.buyerIsMaker), price: priceOn(grid, line.price), quantity });
    return done;
  }

  return {
    push(text) {
      const line = parseBinanceLine(text);
      begin ??= line.time;
      const at = line.time - begin;
      if (line.kind === "OTHER") return [];
      return line.kind === "TRADE" ? trade(line, at) : depth(line, at);
    },
    end: take,
  };
}

function levelsOf(grid: RecordingGrid, line: DepthLine): StepLevel[] {
  const side = (pairs: readonly RecordedPair[], isBuy: boolean): StepLevel[] =>
    pairs.map(([price, quantity]) => ({
      side: sideOf(isBuy),
      price: priceOn(grid, price),
      quantity: quantityOn(grid, quantity),
    }));
  return [...side(line.bids, true), ...side(line.asks, false)];
}
