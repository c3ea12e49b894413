import type { KafkaAccess } from "@atlas/adapters/kafka/kafka-access";
import { ROLES } from "@atlas/assembly/role";
import type { DistributedTerms } from "@atlas/assembly/start-platform";
import { addressOf, oneOf, portOf, type RawSettings, SettingsError, someOf, textOf, wholeBetween } from "./setting.ts";

const ENGINES = ["embedded", "distributed"] as const;
const TLS = ["off", "on"] as const;
const MECHANISMS = ["none", "plain", "scram-sha-256", "scram-sha-512"] as const;

/**
 * A platform of many processes. What AWS needs (region, credentials) is found as its own tools find it: `AWS_REGION`,
 * `AWS_ACCESS_KEY_ID`, a profile, the role of the machine.
 */
export const distributedDefaults: RawSettings = {
  /** `embedded`: everything in the data folder of one process. `distributed`: Kafka, DynamoDB and S3. */
  ATLAS_ENGINES: "embedded",
  /** What the process is there for. */
  ATLAS_ROLES: ROLES.join(","),
  /** How many shards of other processes the process keeps hot, to take them over at once. */
  ATLAS_STANDBY: "0",
  /** `host:port` of some brokers. */
  ATLAS_KAFKA_BROKERS: "127.0.0.1:9092",
  ATLAS_KAFKA_TLS: "off",
  ATLAS_KAFKA_SASL: "none",
  ATLAS_KAFKA_USER: "",
  ATLAS_KAFKA_PASSWORD: "",
  /** Of a server that is not Amazon's. */
  ATLAS_DYNAMODB_ENDPOINT: "",
  /** Of a server that is not Amazon's, and the bucket of the archive: made with Object Lock if there is none. */
  ATLAS_S3_ENDPOINT: "",
  ATLAS_S3_BUCKET: "",
  /** Days for which nobody can remove or change an archived object. */
  ATLAS_S3_RETENTION_DAYS: "2557",
  /** In front of the names of topics and tables, so that several platforms share engines. */
  ATLAS_PREFIX: "",
  /** Where the process listens for the platform's other processes, and where these reach it, if that differs. */
  ATLAS_INTERNAL_HOST: "127.0.0.1",
  ATLAS_INTERNAL_PORT: "0",
  ATLAS_INTERNAL_URL: "",
};

const OF_THIS_MACHINE = /^(127\.0\.0\.1|localhost|\[::1\]):/;
/** As many shards as a platform has: 16 for orders, 8 venues, control, identity. */
const MOST_STANDBY = 26;
/** Milliseconds after which an append without an answer is unknown and its bytes are sent again. */
const APPEND_TIMEOUT = 3_000;

/** `undefined`: embedded. Throws `SettingsError`. */
export function distributedTerms(raw: RawSettings): DistributedTerms | undefined {
  const engines = oneOf("ATLAS_ENGINES", raw, ENGINES);
  const roles = someOf("ATLAS_ROLES", raw, ROLES);
  const standby = wholeBetween("ATLAS_STANDBY", raw, 0, MOST_STANDBY);
  if (engines === "embedded") {
    if (standby > 0) throw new SettingsError("ATLAS_STANDBY is 0 where ATLAS_ENGINES is embedded: nobody takes over");
    if (roles.length === ROLES.length) return undefined;
    throw new SettingsError(
      "ATLAS_ROLES are all of them where ATLAS_ENGINES is embedded: one process has the data folder",
    );
  }
  const prefix = raw.ATLAS_PREFIX ?? "";
  if (!/^[A-Za-z0-9._-]{0,64}$/.test(prefix)) {
    throw new SettingsError(`ATLAS_PREFIX is "${prefix}"; it is at most 64 letters, digits and ._-`);
  }
  const address = raw.ATLAS_INTERNAL_URL ? { address: internalAddress(raw) } : {};
  return {
    engines: {
      kafka: { ...kafkaOf(raw), prefix, appendTimeout: APPEND_TIMEOUT },
      dynamodb: {
        prefix,
        ...(raw.ATLAS_DYNAMODB_ENDPOINT ? { endpoint: addressOf("ATLAS_DYNAMODB_ENDPOINT", raw) } : {}),
      },
      archive: {
        bucket: textOf("ATLAS_S3_BUCKET", raw),
        retentionDays: wholeBetween("ATLAS_S3_RETENTION_DAYS", raw, 1, 36_500),
        ...(prefix === "" ? {} : { prefix: `${prefix}/` }),
        ...(raw.ATLAS_S3_ENDPOINT ? { endpoint: addressOf("ATLAS_S3_ENDPOINT", raw) } : {}),
      },
    },
    cluster: {
      ...{ roles, standby },
      host: textOf("ATLAS_INTERNAL_HOST", raw),
      port: portOf("ATLAS_INTERNAL_PORT", raw),
      ...address,
    },
  };
}

/** Others come with the platform's key, over TLS. */
function internalAddress(raw: RawSettings): string {
  const address = addressOf("ATLAS_INTERNAL_URL", raw);
  if (address.startsWith("https:")) return address;
  throw new SettingsError(
    `ATLAS_INTERNAL_URL is "${address}"; it begins with https: processes speak TLS among each other`,
  );
}

function kafkaOf(raw: RawSettings): KafkaAccess {
  const brokers = textOf("ATLAS_KAFKA_BROKERS", raw)
    .split(",")
    .map((broker) => broker.trim());
  if (!brokers.every((broker) => /^[^\s,]+:\d{1,5}$/.test(broker))) {
    throw new SettingsError(
      `ATLAS_KAFKA_BROKERS is "${raw.ATLAS_KAFKA_BROKERS}"; it is host:port, several set apart by commas`,
    );
  }
  const mechanism = oneOf("ATLAS_KAFKA_SASL", raw, MECHANISMS);
  const ssl = oneOf("ATLAS_KAFKA_TLS", raw, TLS) === "on";
  if (mechanism === "none") return { brokers, ssl };
  if (mechanism === "plain" && !ssl && !brokers.every((broker) => OF_THIS_MACHINE.test(broker))) {
    throw new SettingsError(
      "ATLAS_KAFKA_SASL is plain while ATLAS_KAFKA_TLS is off: the password would cross the network as it is",
    );
  }
  const username = textOf("ATLAS_KAFKA_USER", raw);
  const password = textOf("ATLAS_KAFKA_PASSWORD", raw);
  return { brokers, ssl, sasl: { mechanism, username, password } as KafkaAccess["sasl"] };
}
