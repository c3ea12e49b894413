import { Reason } from "@atlas/gen/atlas/error/v1/refusal_pb";
import { PrincipalSchema, UserSchema } from "@atlas/gen/atlas/identity/v1/identity_pb";
import { create } from "@bufbuild/protobuf";
import type { Digest } from "../ports/digest.ts";
import { refusal } from "../refusal/refusal-error.ts";
import { hexadecimal } from "../text/hexadecimal.ts";
import type { Authenticator, Caller } from "./caller.ts";

/** What one process of the platform sends to another: never the key itself, which signs nothing else. */
export function clusterCredential(key: string, digest: Digest): string {
  return `Bearer cluster-${hexadecimal(digest.sha256(`atlas shard service\n${key}`))}`;
}

/** Lets in who knows the cluster's key, as one of the platform's own processes, and nobody else. */
export function clusterAuthenticator(key: string, digest: Digest): Authenticator {
  const due = hexadecimal(digest.sha256(clusterCredential(key, digest)));
  const caller: Caller = { principal: create(PrincipalSchema), user: create(UserSchema), internal: true };
  return {
    authenticate(header) {
      // Hashes are compared: how far they are equal tells nothing about the credential.
      if (hexadecimal(digest.sha256(header.get("authorization") ?? "")) === due) return caller;
      throw refusal(Reason.NOT_SIGNED_IN, "only the platform's own processes are answered here: their key differs");
    },
    watch: () => () => undefined,
  };
}
