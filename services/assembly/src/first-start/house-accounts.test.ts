import { systemChance } from "@atlas/adapters/system/system-chance";
import { systemClock } from "@atlas/adapters/system/system-clock";
import { systemDigest } from "@atlas/adapters/system/system-digest";
import { houseAccountOf } from "@atlas/domain/control/instrument-terms";
import { partitionOf } from "@atlas/domain/partition/partition";
import { openSignIn } from "@atlas/gateway/identity/open-sign-in";
import { defineInstrument } from "@atlas/gateway/instrument/define-instrument";
import { ClockSkew } from "@atlas/gateway/intake/clock-skew";
import type { Instrument } from "@atlas/gen/atlas/instrument/v1/instrument_pb";
import { DefineInstrumentRequestSchema } from "@atlas/gen/atlas/instrument/v1/instrument_service_pb";
import { type AccountView, ReadRequestSchema } from "@atlas/gen/atlas/operations/v1/shard_service_pb";
import { memoryLog } from "@atlas/platform/memory/memory-log";
import { memorySecretFiles } from "@atlas/platform/memory/memory-secret-files";
import { memoryStore } from "@atlas/platform/memory/memory-store";
import { mergedAccountQueries } from "@atlas/platform/query/merged-account-queries";
import { silentJournal } from "@atlas/platform/telemetry/journal";
import { noTraces } from "@atlas/platform/telemetry/traces";
import { create } from "@bufbuild/protobuf";
import { expect, test } from "vitest";
import { LocalShards } from "../local-shards.ts";
import { firstInstruments } from "./instruments.ts";

const partitions = { oms: 16, venue: 8 };
const clock = systemClock();

/** Every shard of a platform, on a log in memory. */
async function startShards(failures: Error[]) {
  const ports = { store: memoryStore({ clock }), log: memoryLog({ clock }), clock, digest: systemDigest() };
  const owner = { ...ports, warn: () => undefined, writer: "test" };
  const failed = (_: string, error: Error) => void failures.push(error);
  const shards = new LocalShards({ ports: owner, partitions, tickInterval: 100, failed });
  await shards.start();
  return { ...ports, directory: shards, queries: mergedAccountQueries(shards, ports.store, partitions.oms) };
}

function houseOf(directory: LocalShards, { instrumentId }: Instrument): Promise<AccountView | undefined> {
  const accountId = houseAccountOf(instrumentId);
  const shard = `oms/${partitionOf(accountId, partitions.oms)}`;
  const request = create(ReadRequestSchema, { shard, query: { case: "account", value: { accountId } } });
  const read = directory.client(shard).read(request, clock.monotonic() + 5_000);
  return read.then(({ result }) => (result.case === "account" ? result.value : undefined));
}

test("S6: every definition opens its house account, funds it and allots all of it, on real shards", async () => {
  const failures: Error[] = [];
  const platform = await startShards(failures);
  const files = new Map<string, string>();
  const signIn = await openSignIn({
    ...platform,
    skew: new ClockSkew(clock, silentJournal),
    traces: noTraces,
    ...{ chance: systemChance(), journal: silentJournal, files: memorySecretFiles(files), incarnation: "gAAAAAAAAAAA" },
  });
  await signIn.provision();
  const header = new Headers({ authorization: `Bearer ${files.get("cli.key")}` });
  const caller = await signIn.authenticator.authenticate(header, "here");
  const call = { ...caller, deadline: clock.monotonic() + 15_000, source: "here" };
  const instruments = firstInstruments(true);
  await Promise.all(
    instruments.map((instrument) => {
      const request = create(DefineInstrumentRequestSchema, { requestId: instrument.instrumentId, instrument });
      return defineInstrument(request, call, signIn.instruments);
    }),
  );
  for (const instrument of instruments) {
    const house = await houseOf(platform.directory, instrument);
    expect(house?.account?.ownerId).toBe("house");
    const held = house?.balances.map(({ asset, available, reserved }) => [asset, available, reserved]);
    expect(held).toEqual(instrument.houseFunds.map(({ asset, amount }) => [asset, "0", amount]));
  }
  signIn.stop();
  await platform.directory.stop(1_000);
  expect(failures).toEqual([]);
});
