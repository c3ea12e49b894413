import { type Archive, checkName, checkObject } from "../ports/archive.ts";

/** Kept as long as the map is. */
export function memoryArchive(objects: Map<string, Uint8Array> = new Map()): Archive {
  return {
    create: async (name, content) => {
      checkObject(name, content);
      const standing = objects.get(name);
      if (standing === undefined) objects.set(name, content.slice());
      return standing === undefined || isSame(standing, content);
    },
    read: async (name) => {
      checkName(name);
      return objects.get(name)?.slice();
    },
    list: async ({ prefix, after = "", limit }) => {
      const names = [...objects.keys()].filter((name) => name.startsWith(prefix) && name > after);
      return names.sort().slice(0, limit);
    },
  };
}

function isSame(left: Uint8Array, right: Uint8Array): boolean {
  return left.length === right.length && left.every((byte, index) => byte === right[index]);
}
