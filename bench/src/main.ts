/** Each measures, prints its figures and ends in under four minutes; `console` takes as many more as it is told, those on engines as long as these need. */
const BENCHES: Readonly<Record<string, () => Promise<{ run(): void | Promise<void> }>>> = {
  match: () => import("./match/match.ts"),
  shard: () => import("./shard/shard.ts"),
  e2e: () => import("./e2e/e2e.ts"),
  stream: () => import("./stream/stream.ts"),
  recovery: () => import("./recovery/recovery.ts"),
  growth: () => import("./growth/growth.ts"),
  idle: () => import("./idle/idle.ts"),
  writes: () => import("./writes/writes.ts"),
  engines: () => import("./engines/engines.ts"),
  "e2e-distributed": () => import("./distributed/e2e-distributed.ts"),
  scale: () => import("./distributed/scale.ts"),
  console: () => import("./console/console.ts"),
};

const name = process.argv[2] ?? "";
const load = Object.hasOwn(BENCHES, name) ? BENCHES[name] : undefined;
if (load === undefined) {
  process.stderr.write(`usage: npm run bench -- ${Object.keys(BENCHES).join(" | ")}\n`);
  process.exitCode = 2;
} else {
  await (await load()).run();
}
