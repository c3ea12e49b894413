import { describe, expect, test } from "vitest";
import { SettingsError } from "./setting.ts";
import { checkSettings, readSettings } from "./settings.ts";

const check = (variables: Record<string, string>, given = {}) => checkSettings(readSettings(variables, given));

describe("settings", () => {
  test("have the defaults of the contract", () => {
    expect(check({ PATH: "/bin" })).toEqual({
      port: 8080,
      host: "127.0.0.1",
      dataFolder: ".atlas",
      consoleFolder: undefined,
      market: "simulated",
      archivePace: { bytes: 4_194_304, milliseconds: 3_600_000 },
      logLevel: "warn",
      distributed: undefined,
      url: "http://127.0.0.1:8080",
      key: undefined,
    });
  });

  test("the command line wins over the environment", () => {
    expect(check({ ATLAS_PORT: "9000" }, { ATLAS_PORT: "9001" })).toMatchObject({
      port: 9001,
      url: "http://127.0.0.1:9001",
    });
    expect(check({ ATLAS_PORT: "9000" }, { ATLAS_PORT: undefined }).port).toBe(9000);
    expect(check({ ATLAS_PORT: "9000" }, { ATLAS_PORT: undefined }).port).toBe(9000);
    expect(check({ ATLAS_HOST: "::1" }).url).toBe("http://[::1]:8080");
    expect(check({ ATLAS_URL: "https://atlas.example/" }).url).toBe("https://atlas.example");
  });

  const wrong: readonly [string, string][] = [
    ["ATLAS_PORT", "eighty"],
    ["ATLAS_PORT", "65536"],
    ["ATLAS_PORT", "-1"],
    ["ATLAS_PORT", ""],
    ["ATLAS_HOST", " "],
    ["ATLAS_DATA", ""],
    ["ATLAS_MARKET", "real"],
    ["ATLAS_ARCHIVE_BYTES", "4 MB"],
    ["ATLAS_ARCHIVE_BYTES", "33554433"],
    ["ATLAS_ARCHIVE_SECONDS", "0"],
    ["ATLAS_LOG_LEVEL", "loud"],
    ["ATLAS_URL", "localhost:8080"],
    ["ATLAS_URL", "ftp://x"],
    ["ATLAS_PROT", "8080"],
    ["ATLAS_", "1"],
    ["ATLAS_ENGINES", "kafka"],
    ["ATLAS_ROLES", "gateway"],
    ["ATLAS_ROLES", "gateway,clerk"],
    ["ATLAS_ROLES", ""],
    ["ATLAS_STANDBY", "27"],
    ["ATLAS_STANDBY", "1"],
  ];
  test("of a platform of many processes", () => {
    const { distributed } = check({
      ATLAS_ENGINES: "distributed",
      ATLAS_ROLES: "oms, venue",
      ATLAS_STANDBY: "9",
      ATLAS_KAFKA_BROKERS: "a:9092,b:9092",
      ATLAS_KAFKA_TLS: "on",
      ATLAS_KAFKA_SASL: "scram-sha-512",
      ATLAS_KAFKA_USER: "atlas",
      ATLAS_KAFKA_PASSWORD: "a secret",
      ATLAS_DYNAMODB_ENDPOINT: "http://127.0.0.1:8000",
      ATLAS_S3_BUCKET: "archive",
      ATLAS_PREFIX: "test.",
      ATLAS_INTERNAL_HOST: "0.0.0.0",
      ATLAS_INTERNAL_PORT: "8081",
      ATLAS_INTERNAL_URL: "https://10.0.0.7:8081/",
    });
    expect(distributed?.cluster).toEqual({
      roles: ["oms", "venue"],
      standby: 9,
      host: "0.0.0.0",
      port: 8081,
      address: "https://10.0.0.7:8081",
    });
    expect(distributed?.engines).toMatchObject({
      kafka: {
        brokers: ["a:9092", "b:9092"],
        ssl: true,
        sasl: { mechanism: "scram-sha-512", username: "atlas", password: "a secret" },
        prefix: "test.",
      },
      dynamodb: { endpoint: "http://127.0.0.1:8000", prefix: "test." },
    });
  });

  test.each([
    ["ATLAS_KAFKA_BROKERS", "localhost"],
    ["ATLAS_KAFKA_TLS", "maybe"],
    ["ATLAS_KAFKA_SASL", "gssapi"],
    ["ATLAS_KAFKA_SASL", "plain"],
    ["ATLAS_DYNAMODB_ENDPOINT", "dynamodb"],
    ["ATLAS_PREFIX", "a/b"],
    ["ATLAS_INTERNAL_URL", "10.0.0.7"],
    ["ATLAS_INTERNAL_URL", "http://10.0.0.7:8081"],
    ["ATLAS_INTERNAL_PORT", "70000"],
  ])("D26: on engines %s=%o stops the start", (name, value) => {
    expect(() => check({ ATLAS_ENGINES: "distributed", [name]: value })).toThrow(SettingsError);
  });

  // Fails when TLS is not asked after.
  test("a password crosses no network as it is", () => {
    const plain = {
      ...{ ATLAS_ENGINES: "distributed", ATLAS_S3_BUCKET: "archive", ATLAS_KAFKA_SASL: "plain" },
      ...{ ATLAS_KAFKA_USER: "atlas", ATLAS_KAFKA_PASSWORD: "a secret" },
    };
    const away = { ...plain, ATLAS_KAFKA_BROKERS: "127.0.0.1:9092,b:9092" };
    expect(() => check(away)).toThrow("ATLAS_KAFKA_TLS is off");
    expect(check({ ...away, ATLAS_KAFKA_TLS: "on" }).distributed?.engines.kafka.ssl).toBe(true);
    expect(check(plain).distributed?.engines.kafka.sasl?.mechanism).toBe("plain");
  });

  test.each(wrong)("D26: %s=%o stops the start and is named", (name, value) => {
    expect(() => check({ [name]: value })).toThrow(SettingsError);
    expect(() => check({ [name]: value })).toThrow(name);
  });
});
