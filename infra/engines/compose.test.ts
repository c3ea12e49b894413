import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { ROOT } from "../scripts/root.ts";
import { DYNAMODB_VERSION } from "./dynamodb.ts";
import { brokerSettings, KAFKA_VERSION } from "./kafka.ts";
import { VERSITYGW_VERSION } from "./s3.ts";

const COMPOSE = readFileSync(join(ROOT, "infra", "compose.yaml"), "utf8");
/** Of the settings of a broker: where it is, and what it is called. */
const OF_PLACE = ["node.id", "controller.quorum.voters", "listeners", "advertised.listeners", "log.dirs"];

/** Each container's part of the file, by its name. */
const containers = Object.fromEntries(
  COMPOSE.slice(COMPOSE.indexOf("\nservices:"), COMPOSE.indexOf("\nvolumes:"))
    .split(/\n {2}(?=\w+:\n)/)
    .slice(1)
    .map((part) => [part.slice(0, part.indexOf(":")), part]),
);

test("a container has the version of its engine that is started as a process", () => {
  const images = Object.entries(containers).map(([name, part]) => [name, /^ {4}image: (\S+)$/m.exec(part)?.[1]]);
  expect(Object.fromEntries(images)).toEqual({
    kafka: `apache/kafka:${KAFKA_VERSION}`,
    dynamodb: `amazon/dynamodb-local:${DYNAMODB_VERSION}`,
    s3: `versity/versitygw:${VERSITYGW_VERSION}`,
  });
});

test("the broker in a container has the settings of one that is started as a process", () => {
  const written = [...(containers.kafka ?? "").matchAll(/^ {6}KAFKA_([A-Z_]+): "?([^"\n]+)"?$/gm)].map(
    ([, name = "", value = ""]) => [name.toLowerCase().replaceAll("_", "."), value] as const,
  );
  const settings = Object.fromEntries(written.filter(([name]) => !OF_PLACE.includes(name)));
  const started = Object.entries(brokerSettings(1)).map(([name, value]) => [name, String(value)]);
  expect(settings).toEqual(Object.fromEntries(started));
});

test("each container tells whether it serves", () => {
  const told = Object.entries(containers).filter(([, part]) => /^ {4}healthcheck:\n {6}test: \["CMD", /m.test(part));
  expect(told.map(([name]) => name)).toEqual(["kafka", "dynamodb", "s3"]);
});
