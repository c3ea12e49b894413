import type { SecretFiles } from "../ports/secret-files.ts";

/** Kept as long as the map is. */
export function memorySecretFiles(files: Map<string, string> = new Map()): SecretFiles {
  return {
    read: async (name) => files.get(name),
    create: async (name, text) => {
      if (files.has(name)) return false;
      files.set(name, text);
      return true;
    },
  };
}
