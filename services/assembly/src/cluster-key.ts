import type { Chance } from "@atlas/platform/ports/chance";
import type { SecretFiles } from "@atlas/platform/ports/secret-files";
import { base64url } from "@atlas/platform/text/base64url";

const FILE = "cluster.key";
const BYTES = 32;

/** What every process of a platform knows and nobody else: made by the first one, copied to the machines of the others. */
export async function clusterKey(files: SecretFiles, chance: Chance): Promise<string> {
  await files.create(FILE, base64url(chance.bytes(BYTES)));
  const key = ((await files.read(FILE)) ?? "").trim();
  if (key.length < BYTES) throw new Error(`${FILE} in the data folder holds no key: copy that of the other processes`);
  return key;
}
