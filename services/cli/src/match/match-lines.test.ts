import { describe, expect, test } from "vitest";
import { defaultInstruments } from "./default-instruments.ts";
import { MatchError, matchLines } from "./match-lines.ts";
import { Matcher } from "./matcher.ts";

type Json = Record<string, unknown>;

interface Report {
  readonly orderId: string;
  readonly executionType: string;
  readonly lastQuantity?: string;
  readonly lastPrice?: string;
  readonly leavesQuantity: string;
  readonly matchId?: string;
}

interface OutputLine {
  readonly report?: Report;
  readonly market?: { readonly sequence: string };
}

async function run(lines: readonly (Json | string)[]): Promise<OutputLine[]> {
  let output = "";
  const texts = lines.map((line) => (typeof line === "string" ? line : JSON.stringify(line)));
  async function* source() {
    yield texts;
  }
  await matchLines(new Matcher(defaultInstruments()), source(), async (text) => {
    output += text;
  });
  return output.split("\n").flatMap((line) => (line === "" ? [] : [JSON.parse(line)]));
}

function place(orderId: string, side: "BUY" | "SELL", quantity: string, limitPrice?: string, more: Json = {}): Json {
  return {
    instrument_id: "BTC-USD",
    place: {
      order_id: orderId,
      account_id: `account-${orderId}`,
      side: `SIDE_${side}`,
      type: limitPrice === undefined ? "ORDER_TYPE_MARKET" : "ORDER_TYPE_LIMIT",
      quantity,
      limit_price: limitPrice,
      ...more,
    },
  };
}

const reportsOf = (output: OutputLine[]) => output.flatMap((line) => line.report ?? []);
const brief = ({ orderId, executionType, lastQuantity, lastPrice, leavesQuantity }: Report) =>
  [orderId, executionType.replace("EXECUTION_TYPE_", ""), lastQuantity ?? "", lastPrice ?? "", leavesQuantity].join(
    " ",
  );

describe("atlas match", () => {
  test("price, then time: two reports a match, the maker's first, one match id, never added up (I8, I9)", async () => {
    const output = await run([
      place("a", "SELL", "1", "50001"),
      place("b", "SELL", "1", "50000"),
      place("c", "SELL", "1", "50000"),
      place("t", "BUY", "2.5"),
    ]);
    const reports = reportsOf(output);
    expect(reports.map(brief)).toEqual([
      "a NEW   1",
      "b NEW   1",
      "c NEW   1",
      "b TRADE 1 50000 0",
      "t TRADE 1 50000 1.5",
      "c TRADE 1 50000 0",
      "t TRADE 1 50000 0.5",
      "a TRADE 0.5 50001 0.5",
      "t TRADE 0.5 50001 0",
    ]);
    const matchIds = reports.slice(3).map((report) => report.matchId);
    expect(matchIds[0]).toBe(matchIds[1]);
    expect(new Set(matchIds).size).toBe(3);
  });

  test("market sequences begin at 1 and are gapless (I11); without a time nothing has one", async () => {
    const output = await run([place("a", "SELL", "1", "50000"), place("t", "BUY", "1", "50000")]);
    const market = output.flatMap((line) => line.market ?? []);
    expect(market.map((event) => event.sequence)).toEqual(["1", "2", "3"]);
    expect(JSON.stringify(output)).not.toContain("occurredAt");
  });

  test("a withdrawal needs no account; of an order that is not on the book it is refused", async () => {
    const withdraw = (orderId: string) => ({ instrument_id: "BTC-USD", withdraw: { order_id: orderId } });
    const output = await run([place("a", "SELL", "1", "50000"), withdraw("a"), withdraw("a")]);
    expect(reportsOf(output).map((report) => report.executionType)).toEqual([
      "EXECUTION_TYPE_NEW",
      "EXECUTION_TYPE_CANCELED",
      "EXECUTION_TYPE_CANCEL_REFUSED",
    ]);
  });

  test("an amendment of an order that is not on the book is refused", async () => {
    const output = await run([{ instrument_id: "BTC-USD", amend: { order_id: "x", quantity: "1", limit_price: "1" } }]);
    expect(reportsOf(output)[0]?.executionType).toBe("EXECUTION_TYPE_REPLACE_REFUSED");
  });

  test("no owner_id means the account: it does not trade with itself (I12)", async () => {
    const mine = { account_id: "me" };
    const output = await run([place("a", "SELL", "1", "50000", mine), place("b", "BUY", "1", "50000", mine)]);
    expect(reportsOf(output).map(brief)).toEqual(["a NEW   1", "b CANCELED   0"]);
  });

  test("both spellings of fields are read, empty lines are passed over", async () => {
    const camel =
      '{"instrumentId":"ETH-USD","place":{"orderId":"a","accountId":"x","side":1,"type":1,"quantity":"1","limitPrice":"3"}}';
    expect(reportsOf(await run([camel, "", "  "]))).toHaveLength(1);
  });

  const bad: readonly [string, Json | string][] = [
    ["no JSON", "{"],
    ["an unknown field", { ...place("a", "BUY", "1", "1"), colour: "red" }],
    ["an unknown enum", place("a", "BUY", "1", "1", { side: "SIDE_LONG" })],
    ["off the tick", place("a", "BUY", "1", "1.001")],
    ["off the lot", place("a", "BUY", "0.00001", "1")],
    ["a quantity of zero", place("a", "BUY", "0", "1")],
    ["a negative quantity", place("a", "BUY", "-1", "1")],
    ["no number", place("a", "BUY", "NaN", "1")],
    ["no quantity", place("a", "BUY", "", "1")],
    ["a LIMIT without limit_price", place("a", "BUY", "1", "", { type: "ORDER_TYPE_LIMIT" })],
    ["no side", place("a", "BUY", "1", "1", { side: undefined })],
    ["no order_id", place("", "BUY", "1", "1")],
    ["no instrument", { ...place("a", "BUY", "1", "1"), instrument_id: undefined }],
    ["no command", { instrument_id: "BTC-USD" }],
    ["a type of later", place("a", "BUY", "1", "1", { type: "ORDER_TYPE_STOP" })],
  ];
  test.each(bad)("%s stops it with the line's number", async (_, line) => {
    const good = place("g", "BUY", "1", "1");
    await expect(run([good, line, good])).rejects.toThrow(MatchError);
    await expect(run([good, line, good])).rejects.toThrow(/^line 2: /);
  });

  const told: readonly [string, Json, string][] = [
    ["off the tick", place("a", "BUY", "1", "99.001"), "limit_price 99.001 is no multiple of the tick 0.01"],
    ["off the lot", place("a", "BUY", "0.000001", "1"), "quantity 0.000001 is no multiple of the lot 0.0001"],
    ["a quantity of zero", place("a", "BUY", "0", "1"), "quantity 0 is not above zero"],
    ["a stop", place("a", "BUY", "1", "1", { type: "ORDER_TYPE_STOP" }), "place.type STOP is none of a book's"],
    ["a stop price", place("a", "BUY", "1", "1", { stopPrice: "3" }), "place.stopPrice is not known"],
    ["a type without a name", place("a", "BUY", "1", "1", { type: 77 }), "place.type 77 is none of a book's"],
    ["GTD", place("a", "BUY", "1", "1", { time_in_force: "TIME_IN_FORCE_GTD" }), "place.time_in_force GTD is none"],
    ["an unknown enum", place("a", "BUY", "1", "1", { side: "SIDE_LONG" }), "place.side: "],
  ];
  test.each(told)("%s is told in words that name the field", async (_, line, words) => {
    await expect(run([line])).rejects.toThrow(`line 1: ${words}`);
  });
});
