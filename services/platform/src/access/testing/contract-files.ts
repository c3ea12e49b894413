import { globSync } from "node:fs";
import { join } from "node:path";
import type { DescFile } from "@bufbuild/protobuf";

const GENERATED = join(import.meta.dirname, "../../../../../gen/ts");

/** Every file of the contract, as it is generated, by name. */
export async function contractFiles(): Promise<DescFile[]> {
  const files: DescFile[] = [];
  for (const path of globSync("atlas/**/*_pb.ts", { cwd: GENERATED })) {
    const module: Record<string, unknown> = await import(join(GENERATED, path));
    const file = Object.entries(module).find(([name]) => name.startsWith("file_atlas_"))?.[1];
    if (file === undefined) throw new Error(`${path} describes no file`);
    files.push(file as DescFile);
  }
  return files.sort((left, right) => (left.proto.name < right.proto.name ? -1 : 1));
}
