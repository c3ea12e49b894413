import { expect, test } from "vitest";
import { readSettings, WrongSetting } from "./settings.ts";

test("everything, one broker, free ports and a temporary folder unless said otherwise", () => {
  expect(readSettings([])).toEqual({ only: ["kafka", "dynamodb", "s3"], brokers: 1, json: false, fetch: false });
  const args = ["--only", "s3,kafka", "--brokers", "3", "--data", "d", "--kafka-port", "9092", "--json"];
  expect(readSettings(args)).toEqual({
    only: ["s3", "kafka"],
    brokers: 3,
    data: "d",
    kafkaPort: 9092,
    json: true,
    fetch: false,
  });
  expect(readSettings(["--help"])).toBeUndefined();
});

test.each([
  ["--only", "kafka,redis", 'there is no engine "redis"'],
  ["--brokers", "2", "--brokers is 1 or 3"],
  ["--s3-port", "70000", "--s3-port is a port, not 70000"],
  ["--port", "1", "'--port'"],
])("%s %s is refused with a sentence that names it", (option, value, said) => {
  expect(() => readSettings([option, value])).toThrow(WrongSetting);
  expect(() => readSettings([option, value])).toThrow(said);
});
