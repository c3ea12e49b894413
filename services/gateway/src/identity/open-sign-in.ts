import { ControlCommandCodec } from "@atlas/gen/atlas/log/v1/control_record_codec";
import type { ControlCommand, ControlEvent } from "@atlas/gen/atlas/log/v1/control_record_pb";
import { IdentityCommandCodec } from "@atlas/gen/atlas/log/v1/identity_record_codec";
import type { IdentityCommand, IdentityEvent } from "@atlas/gen/atlas/log/v1/identity_record_pb";
import type { Chance } from "@atlas/platform/ports/chance";
import type { Clock } from "@atlas/platform/ports/clock";
import type { Digest } from "@atlas/platform/ports/digest";
import type { Log } from "@atlas/platform/ports/log";
import type { SecretFiles } from "@atlas/platform/ports/secret-files";
import type { AccountQueries } from "@atlas/platform/query/account-queries";
import type { ShardDirectory } from "@atlas/platform/shard/shard-client";
import type { Journal } from "@atlas/platform/telemetry/journal";
import type { Traces } from "@atlas/platform/telemetry/traces";
import { topics } from "@atlas/platform/topic/topics";
import { AccessTokens } from "../access/access-tokens.ts";
import { BearerAuthenticator } from "../access/bearer-authenticator.ts";
import { GuessLimiter } from "../access/guess-limiter.ts";
import { IDENTITY_SHARD, IdentityView } from "../access/identity-view.ts";
import { loadSigningKey } from "../access/signing-key.ts";
import { ShardFollower } from "../follow/shard-follower.ts";
import { CONTROL_SHARD, type InstrumentContext } from "../instrument/instrument-context.ts";
import { revokePrincipal, tellControl } from "../instrument/revoke-principal.ts";
import type { ClockSkew } from "../intake/clock-skew.ts";
import type { IdentityContext } from "./identity-context.ts";
import { provisionLocalKey } from "./provision-local-key.ts";
import { FollowedIntake } from "./record-intake.ts";
import { Revocations } from "./revocations.ts";

export interface SignInPorts {
  readonly log: Log;
  readonly clock: Clock;
  readonly chance: Chance;
  readonly digest: Digest;
  readonly journal: Journal;
  readonly traces: Traces;
  readonly directory: ShardDirectory;
  readonly skew: ClockSkew;
  readonly queries: Pick<AccountQueries, "account">;
  /** Of the data folder. */
  readonly files: SecretFiles;
  /** The gateway's name on links. */
  readonly incarnation: string;
}

/** How a gateway knows callers, and what the methods of IdentityService and InstrumentService need. */
export interface SignIn {
  readonly authenticator: BearerAuthenticator;
  readonly identity: IdentityContext;
  readonly instruments: InstrumentContext;
  /** Resolves when callers can be told apart: identity is known to its end (S23), and control is followed. */
  readonly opened: Promise<void>;
  /** Makes the local key work, once it has opened. It may be called again after it rejected. */
  provision(): Promise<void>;
  stop(): void;
}

/** How long the first key may take to be made. */
const PROVISION_PATIENCE = 60_000;

/** Opens a gateway's sign-in, which refuses everybody until it has `opened`. */
export async function openSignIn(ports: SignInPorts): Promise<SignIn> {
  const { clock, chance, digest, directory, files, journal, queries } = ports;
  const identityClient = directory.client(IDENTITY_SHARD);
  const view = new IdentityView(identityClient, ports);
  const tokens = new AccessTokens(await loadSigningKey(files, chance));
  const guesses = new GuessLimiter(clock);
  const authenticator = new BearerAuthenticator(identityClient, { clock, digest, view, tokens, guesses });
  const revocations = new Revocations({
    ...{ clock, journal },
    ended: () => view.ended(),
    revoke: (principal, by) => tellControl(principal, by, control.intake),
  });
  const control = openControl(ports, revocations);
  const instruments: InstrumentContext = { intake: control.intake, directory, clock, digest };
  const intake = identityIntake(ports, view);
  const { freshness } = authenticator;
  const identity: IdentityContext = {
    ...{ intake, view, freshness, tokens, guesses, clock, chance, digest, queries },
    revoke: (principal, deadline) => revokePrincipal(principal, deadline, instruments),
  };
  let isStopped = false;
  const opened = Promise.all([control.start(), authenticator.start()]).then(() => {
    if (!isStopped) revocations.start();
  });
  const provision = async () => {
    await opened;
    const deadline = clock.monotonic() + PROVISION_PATIENCE;
    const replaced = await provisionLocalKey(files, identity, deadline);
    for (const principal of replaced) {
      journal.info("a local key was replaced", { keyId: principal.keyId });
      await identity.revoke(principal, deadline);
    }
  };
  const stop = () => {
    isStopped = true;
    revocations.stop();
    authenticator.stop();
    control.stop();
    intake.stop();
  };
  return { authenticator, identity, instruments, opened, provision, stop };
}

function identityIntake(ports: SignInPorts, view: IdentityView): FollowedIntake<IdentityCommand, IdentityEvent> {
  const { log, clock, digest, journal, traces, incarnation, skew } = ports;
  const isFollowed = () => view.sequence >= 0;
  const options = { log, clock, digest, journal, traces, skew, isFollowed, source: incarnation };
  const { name } = topics.identityCommands;
  const intake = new FollowedIntake<IdentityCommand, IdentityEvent>(options, name, IdentityCommandCodec);
  view.listen({ event: (event) => intake.decided(event), missed: () => intake.missed() });
  return intake;
}

function openControl(ports: SignInPorts, revocations: Revocations) {
  const { log, clock, digest, journal, traces, incarnation, skew, directory } = ports;
  const isFollowed = () => follower.last >= 0;
  const options = { log, clock, digest, journal, traces, skew, isFollowed, source: incarnation };
  const { name } = topics.controlCommands;
  const intake = new FollowedIntake<ControlCommand, ControlEvent>(options, name, ControlCommandCodec);
  const follower: ShardFollower<ControlEvent> = new ShardFollower<ControlEvent>(
    {
      shard: CONTROL_SHARD,
      query: { case: "revoked", value: { $typeName: "atlas.operations.v1.RevokedQuery" } },
      of: ({ events }) => (events.case === "controlEvents" ? events.value.messages : []),
      began: ({ result }, again) => {
        if (result.case === "revoked") revocations.began(result.value.principals);
        if (again) intake.missed();
      },
      event: (event) => {
        revocations.heard(event);
        intake.decided(event);
      },
    },
    directory.client(CONTROL_SHARD),
    ports,
  );
  const stop = () => {
    follower.stop();
    intake.stop();
  };
  return { intake, start: () => follower.start(), stop };
}
