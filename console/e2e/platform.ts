import { type AtlasClient, atlasClient } from "@atlas/cli/client/atlas-client";
import {
  newFolder,
  type PlatformProcess,
  removeFolder,
  startPlatformProcess,
} from "@atlas/cli/testing/platform-process";
import { test } from "@playwright/test";

/** What tests of one file have for themselves: a platform in its own process, and a client that may administer it. */
export interface Stage {
  readonly url: string;
  readonly port: number;
  /** Signs in by the local key. */
  readonly atlas: AtlasClient;
  /** A link that signs a user in once; absent: the local user. */
  link(userId?: string): Promise<string>;
  /** Ends the platform as a power cut would. */
  kill(): Promise<void>;
  /** Starts it again where it was, on what it wrote. */
  restart(): Promise<void>;
}

/** Starts a platform before the file's first test and ends it after the last. `settings`: of `atlas start`. */
export function ownPlatform(settings: readonly string[] = []): Stage {
  const folder = newFolder("e2e");
  let platform: PlatformProcess;
  let atlas: AtlasClient;
  // Another build than the project's own, such as one with a fault that a test is to find.
  const build = process.env.CONSOLE_BUILD;
  const args = [...settings, ...(build === undefined ? [] : ["--console", build])];
  const start = async (port?: number): Promise<void> => {
    platform = await startPlatformProcess({ folder, args, ...(port === undefined ? {} : { port }) });
  };
  test.beforeAll(async () => {
    // Longer than a platform may take.
    test.setTimeout(180_000);
    await start();
    atlas = atlasClient(platform.url, platform.key);
  });
  test.afterAll(async () => {
    atlas?.close();
    await platform?.kill();
    removeFolder(folder);
  });
  return {
    get url() {
      return platform.url;
    },
    get port() {
      return platform.port;
    },
    get atlas() {
      return atlas;
    },
    async link(userId = "") {
      const { path } = await atlas.identity.createLoginLink({ userId });
      return `${platform.url}${path}`;
    },
    async kill() {
      await platform.kill();
    },
    restart: () => start(platform.port),
  };
}
