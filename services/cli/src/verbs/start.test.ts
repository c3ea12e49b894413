import { ROLES } from "@atlas/assembly/role";
import { expect, test } from "vitest";
import { runAtlas } from "../run-atlas.ts";
import { checkSettings, readSettings } from "../settings.ts";

async function help(): Promise<string> {
  const texts: string[] = [];
  const io = { out: (text: string) => void texts.push(text), err: expect.unreachable, progress: () => {} };
  expect(await runAtlas(["start", "--help"], io)).toBe(0);
  return texts.join("\n");
}

test("`start --help` names every role", async () => {
  const words = (await help()).replaceAll(/\s+/g, " ");
  expect(words).toContain(`some of ${ROLES.join(", ")} (ATLAS_ROLES)`);
});

test("`start --help` has examples of processes of a distributed platform, of roles that there are", async () => {
  const examples = [...(await help()).matchAll(/atlas start --engines (\w+) --role (\S+)(?: --standby (\S+))?$/gm)];
  expect(examples.map(([, , roles]) => roles)).toEqual(["gateway,market", "oms,venue"]);
  for (const [, engines, roles, standby] of examples) {
    const given = { ATLAS_ENGINES: engines, ATLAS_ROLES: roles, ATLAS_STANDBY: standby, ATLAS_S3_BUCKET: "any" };
    expect(checkSettings(readSettings({}, given)).distributed?.cluster).toMatchObject({ roles: roles?.split(",") });
  }
});
