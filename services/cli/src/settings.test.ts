import { describe, expect, test } from "vitest";
import { checkSettings, readSettings, SettingsError } from "./settings.ts";

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
  ];
  test.each(wrong)("D26: %s=%o stops the start and is named", (name, value) => {
    expect(() => check({ [name]: value })).toThrow(SettingsError);
    expect(() => check({ [name]: value })).toThrow(name);
  });
});
