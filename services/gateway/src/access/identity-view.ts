import type { User } from "@atlas/gen/atlas/identity/v1/identity_pb";
import type { IdentityImage } from "@atlas/gen/atlas/log/v1/identity_image_pb";
import type { ApiKeyChanged, IdentityEvent } from "@atlas/gen/atlas/log/v1/identity_record_pb";
import type { Clock } from "@atlas/platform/ports/clock";
import type { ShardClient } from "@atlas/platform/shard/shard-client";
import type { Journal } from "@atlas/platform/telemetry/journal";
import { millisecondsOf } from "@atlas/platform/wire/time";
import { ShardFollower } from "../follow/shard-follower.ts";

/** A sign-in that has not ended. */
export interface ViewedSession {
  readonly userId: string;
  /** Milliseconds since the epoch. */
  readonly expiresAt: number;
}

/** Who hears what the view hears. Nothing here throws. */
export interface IdentityListener {
  /** After the view shows it. */
  event(event: IdentityEvent): void;
  /** Events were missed; the view shows what came of them. */
  missed(): void;
}

/** What may have changed: a user's rights or credentials; `undefined`: anybody's. */
export type RightsListener = (userId: string | undefined) => void;

export const IDENTITY_SHARD = "identity/0";

/** What a gateway knows of users, keys and sessions: the identity shard's state, as its events arrive. */
export class IdentityView {
  readonly #users = new Map<string, User>();
  readonly #apiKeys = new Map<string, ApiKeyChanged>();
  readonly #sessions = new Map<string, ViewedSession>();
  readonly #listeners = new Set<IdentityListener>();
  readonly #rightsListeners = new Set<RightsListener>();
  readonly #follower: ShardFollower<IdentityEvent>;

  constructor(client: ShardClient, ports: { readonly clock: Clock; readonly journal: Journal }) {
    this.#follower = new ShardFollower<IdentityEvent>(
      {
        shard: IDENTITY_SHARD,
        query: { case: "identity", value: { $typeName: "atlas.operations.v1.IdentityQuery" } },
        of: ({ events }) => (events.case === "identityEvents" ? events.value.messages : []),
        began: ({ result }, again) => {
          if (result.case === "identity") this.#replace(result.value, again);
        },
        event: (event) => this.#take(event),
      },
      client,
      ports,
    );
  }

  /** Resolves once the shard is followed. */
  start(): Promise<void> {
    return this.#follower.start();
  }

  stop(): void {
    this.#follower.stop();
  }

  listen(listener: IdentityListener): void {
    this.#listeners.add(listener);
  }

  listenToRights(listener: RightsListener): void {
    this.#rightsListeners.add(listener);
  }

  /** Sequence of the last event that it shows; -1: it shows nothing yet. */
  get sequence(): number {
    return this.#follower.last;
  }

  user(userId: string): User | undefined {
    return this.#users.get(userId);
  }

  apiKey(keyId: string): ApiKeyChanged | undefined {
    return this.#apiKeys.get(keyId);
  }

  session(sessionId: string): ViewedSession | undefined {
    return this.#sessions.get(sessionId);
  }

  /** By id. */
  users(): User[] {
    return [...this.#users.values()].sort((left, right) => (left.userId < right.userId ? -1 : 1));
  }

  /** A user's keys by id, revoked ones too. */
  apiKeysOf(userId: string): ApiKeyChanged[] {
    const keys = [...this.#apiKeys.values()].filter(({ apiKey }) => apiKey?.userId === userId);
    return keys.sort((left, right) => ((left.apiKey?.keyId ?? "") < (right.apiKey?.keyId ?? "") ? -1 : 1));
  }

  /** Everybody whose rights have ended for good: disabled users, with all their keys, and revoked keys. */
  *ended(): Generator<{ readonly userId: string; readonly keyId: string }> {
    for (const { userId, disabled } of this.#users.values()) if (disabled) yield { userId, keyId: "" };
    for (const { apiKey } of this.#apiKeys.values()) {
      if (apiKey?.revoked === true) yield { userId: apiKey.userId, keyId: apiKey.keyId };
    }
  }

  /** Forgets sessions that ended by time, of which no event tells. */
  sweep(now: number): void {
    for (const [sessionId, session] of this.#sessions) {
      if (session.expiresAt <= now) this.#sessions.delete(sessionId);
    }
  }

  #replace(image: IdentityImage, again: boolean): void {
    for (const table of [this.#users, this.#apiKeys, this.#sessions]) table.clear();
    for (const user of image.users) this.#users.set(user.userId, user);
    for (const kept of image.apiKeys) this.#apiKeys.set(kept.apiKey?.keyId ?? "", kept);
    for (const { sessionId, userId, expireTime } of image.sessions) {
      this.#sessions.set(sessionId, { userId, expiresAt: millisecondsOf(expireTime) ?? 0 });
    }
    if (again) for (const listener of this.#listeners) listener.missed();
    for (const listen of this.#rightsListeners) listen(undefined);
  }

  #take(event: IdentityEvent): void {
    const userId = this.#apply(event);
    for (const listener of this.#listeners) listener.event(event);
    if (userId !== undefined) for (const listen of this.#rightsListeners) listen(userId);
  }

  /** Answers whose rights or credentials it changed. */
  #apply({ event }: IdentityEvent): string | undefined {
    switch (event.case) {
      case "userChanged":
        if (event.value.user !== undefined) this.#users.set(event.value.user.userId, event.value.user);
        return event.value.user?.userId;
      case "apiKeyChanged":
        this.#apiKeys.set(event.value.apiKey?.keyId ?? "", event.value);
        return event.value.apiKey?.userId;
      case "sessionAdvanced": {
        const { sessionId, userId, expireTime } = event.value;
        this.#sessions.set(sessionId, { userId, expiresAt: millisecondsOf(expireTime) ?? 0 });
        return undefined;
      }
      case "sessionEnded": {
        const session = this.#sessions.get(event.value.sessionId);
        this.#sessions.delete(event.value.sessionId);
        return session?.userId;
      }
      default:
        return undefined;
    }
  }
}
