import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { create, createFileRegistry, type FileRegistry, fromBinary } from "@bufbuild/protobuf";
import { CodeGeneratorRequestSchema, FileDescriptorSetSchema } from "@bufbuild/protobuf/wkt";
import { codecPlugin } from "./plugin.ts";

export interface Fixture {
  readonly registry: FileRegistry;
  /** Imports a generated file, as `codec/codec.ts`. */
  load(path: string): Promise<Record<string, unknown>>;
}

/** Compiles the schemas of the fixture folder and generates their codecs into a folder of the system. */
export function buildFixture(roots: readonly string[]): Fixture {
  const buf = join(import.meta.dirname, "..", "..", "node_modules", ".bin", "buf");
  const run = spawnSync(buf, ["build", join(import.meta.dirname, "fixture"), "-o", "-#format=binpb"]);
  if (run.status !== 0) throw new Error(`buf build failed: ${run.stderr}`);
  const files = fromBinary(FileDescriptorSetSchema, run.stdout);
  const request = create(CodeGeneratorRequestSchema, {
    fileToGenerate: files.file.map((file) => file.name),
    protoFile: files.file,
    parameter: "target=ts,import_extension=ts",
  });
  const folder = mkdtempSync(join(tmpdir(), "atlas-codec-"));
  for (const { name, content } of codecPlugin(roots).run(request).file) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), content);
  }
  return {
    registry: createFileRegistry(files),
    load: (path) => import(pathToFileURL(join(folder, path)).href),
  };
}
