import type { IdentityEvent } from "@atlas/domain/identity/identity-event";
import {
  IdentityAnsweredSchema,
  SessionAdvancedSchema,
  SessionEndedSchema,
  UserChangedSchema,
  type IdentityEvent as WireEvent,
} from "@atlas/gen/atlas/log/v1/identity_record_pb";
import { fromHexadecimal, hexadecimal } from "@atlas/platform/text/hexadecimal";
import { timestampOf } from "@atlas/platform/wire/time";
import { create } from "@bufbuild/protobuf";
import { readApiKey, readLoginLink, readUser, time, writeApiKey, writeLoginLink, writeUser } from "./kept.ts";
import { writeRefusal } from "./refusal.ts";

type Body = WireEvent["event"];

export function writeEvent(event: IdentityEvent): Body {
  switch (event.type) {
    case "USER_CHANGED":
      return { case: "userChanged", value: create(UserChangedSchema, { user: writeUser(event.user) }) };
    case "API_KEY_CHANGED":
      return { case: "apiKeyChanged", value: writeApiKey(event.apiKey) };
    case "LOGIN_LINK_CREATED":
      return { case: "loginLinkCreated", value: writeLoginLink(event.link) };
    case "SESSION_ADVANCED":
      return { case: "sessionAdvanced", value: writeSessionAdvanced(event) };
    case "SESSION_ENDED":
      return { case: "sessionEnded", value: create(SessionEndedSchema, event) };
    case "ANSWERED": {
      const refusal = event.refusal && writeRefusal(event.refusal);
      return { case: "answered", value: create(IdentityAnsweredSchema, { refusal }) };
    }
  }
}

function writeSessionAdvanced(event: Extract<IdentityEvent, { type: "SESSION_ADVANCED" }>) {
  return create(SessionAdvancedSchema, {
    sessionId: event.sessionId,
    userId: event.userId,
    spentHash: fromHexadecimal(event.spentHash),
    refreshHash: fromHexadecimal(event.refreshHash),
    expireTime: timestampOf(event.expiresAt),
    started: event.started,
  });
}

/** What an event changes; `undefined`: nothing. */
export function readEvent({ event }: WireEvent): IdentityEvent | undefined {
  switch (event.case) {
    case "userChanged":
      if (event.value.user === undefined) throw new Error("an identity event lacks its user");
      return { type: "USER_CHANGED", user: readUser(event.value.user) };
    case "apiKeyChanged":
      return { type: "API_KEY_CHANGED", apiKey: readApiKey(event.value) };
    case "loginLinkCreated":
      return { type: "LOGIN_LINK_CREATED", link: readLoginLink(event.value) };
    case "sessionAdvanced": {
      const { sessionId, userId, spentHash, refreshHash, expireTime, started } = event.value;
      const hashes = { spentHash: hexadecimal(spentHash), refreshHash: hexadecimal(refreshHash) };
      return { type: "SESSION_ADVANCED", sessionId, userId, ...hashes, expiresAt: time(expireTime), started };
    }
    case "sessionEnded":
      return { type: "SESSION_ENDED", sessionId: event.value.sessionId, tokenReused: event.value.tokenReused };
    default:
      return undefined;
  }
}
