import { StoreDamaged } from "@atlas/platform/ports/store";
import { expect, test } from "vitest";
import { type Attributes, attributesOf, itemFrom, ownAttributesOf } from "./item-form.ts";

const ITEM = {
  key: "leases/shard:oms.3",
  version: 7,
  partition: "leases",
  sort: "shard:oms.3",
  body: Uint8Array.of(1),
};

test.each([attributesOf, ownAttributesOf])(
  "F14: an item that is not what was written says which it is: %o",
  (formOf) => {
    expect(itemFrom(formOf(ITEM))).toEqual(ITEM);
    const damages: Attributes[] = [{ b: { B: Uint8Array.of(2) } }, { v: { N: "8" } }, { c: { N: "0" } }];
    for (const damage of damages) {
      const read = () => itemFrom({ ...formOf(ITEM), ...damage });
      expect(read).toThrow(StoreDamaged);
      expect(read).toThrow(expect.objectContaining({ key: ITEM.key }));
    }
  },
);
