import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describeLog } from "@atlas/platform/contract-suite/log-suite";
import { openSqliteLog } from "./sqlite-log.ts";

describeLog("SQLite", {
  async open() {
    const folder = mkdtempSync(join(tmpdir(), "atlas-log-"));
    const log = await openSqliteLog(folder, { segmentBytes: 40_000, tailBytes: 50_000 });
    return {
      log,
      async close() {
        await log.close();
        rmSync(folder, { recursive: true });
      },
    };
  },
  pass: () => new Promise((resolve) => setTimeout(resolve, 1)),
});
