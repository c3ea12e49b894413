import { create } from "@bufbuild/protobuf";
import { FileDescriptorProtoSchema } from "@bufbuild/protobuf/wkt";
import { expect, test } from "vitest";
import { printProto } from "./validate-proto.ts";

test("a descriptor is printed as a proto2 file that compiles to it", () => {
  const file = create(FileDescriptorProtoSchema, {
    package: "a.b",
    dependency: ["c.proto"],
    extension: [{ name: "rule", number: 1159, label: 1, type: 11, typeName: ".a.b.Rule", extendee: ".c.Options" }],
    messageType: [
      {
        name: "Rule",
        field: [
          { name: "id", number: 1, label: 1, type: 9 },
          { name: "many", number: 2, label: 3, type: 13 },
          { name: "one", number: 3, label: 1, type: 8, oneofIndex: 0 },
        ],
        oneofDecl: [{ name: "choice" }],
        reservedRange: [{ start: 5, end: 7 }],
        reservedName: ["old"],
        extensionRange: [{ start: 100, end: 200 }],
      },
    ],
    enumType: [{ name: "Kind", value: [{ name: "ZERO", number: 0 }], reservedRange: [{ start: 2, end: 3 }] }],
  });
  expect(printProto(file)).toBe(`syntax = "proto2";
package a.b;
import "c.proto";
extend .c.Options {
  optional .a.b.Rule rule = 1159;
}
message Rule {
  reserved 5 to 6;
  reserved "old";
  oneof choice {
    bool one = 3;
  }
  optional string id = 1;
  repeated uint32 many = 2;
  extensions 100 to 199;
}
enum Kind {
  reserved 2 to 3;
  ZERO = 0;
}
`);
});
