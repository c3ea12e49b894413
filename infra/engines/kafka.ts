import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { EngineProcess } from "./engine-process.ts";
import { freePorts } from "./free-port.ts";
import { JVM } from "./jvm.ts";
import { type LocalCertificate, localCertificate } from "./local-certificate.ts";
import { mavenJars } from "./maven-jars.ts";
import { runTool } from "./tool.ts";

export const KAFKA_VERSION = "4.1.1";
const PACKAGES = [
  { group: "org.apache.kafka", artifact: "kafka_2.13", version: KAFKA_VERSION },
  // What the broker says goes to its output.
  { group: "org.slf4j", artifact: "slf4j-simple", version: "1.7.36" },
];

export interface KafkaOptions {
  /** Kept between two starts. */
  readonly folder: string;
  /** Default 1. */
  readonly brokers?: number;
  /** The first broker's port, the next ones' follow; default: free ones. */
  readonly port?: number;
  /** Passwords by name: clients are let in with one of these only (SASL: PLAIN or SCRAM); default: anybody. */
  readonly users?: Readonly<Record<string, string>>;
  /** Those with a password are let in encrypted only, by a certificate that nobody trusts yet: `authority`. */
  readonly encrypts?: boolean;
}

/** A cluster of brokers that are controllers too. */
export interface Kafka {
  /** `host:port` of each broker. */
  readonly addresses: readonly string[];
  /** In the order of `addresses`. */
  readonly brokers: readonly EngineProcess[];
  /** Who vouches for the brokers, in PEM, where they encrypt. */
  readonly authority?: string;
}

/** The folder with Kafka's jars. */
export function fetchKafka(): Promise<string> {
  return mavenJars(`kafka-${KAFKA_VERSION}`, PACKAGES);
}

/** Starts a cluster and waits until every broker serves. */
export async function startKafka({ folder, brokers = 1, port, users, encrypts }: KafkaOptions): Promise<Kafka> {
  const jars = await fetchKafka();
  const free = await freePorts(3 * brokers);
  const nodes = Array.from({ length: brokers }, (_, index) => ({
    id: index + 1,
    folder: join(folder, `broker-${index + 1}`),
    port: port === undefined ? (free[index] as number) : port + index,
    controllerPort: free[brokers + index] as number,
    brokerPort: free[2 * brokers + index] as number,
  }));
  const voters = nodes.map((node) => `${node.id}@127.0.0.1:${node.controllerPort}`).join(",");
  const cluster = clusterId(folder);
  const certificate = encrypts === true ? await localCertificate(folder) : undefined;
  for (const node of nodes)
    writeSettings(node, { ...settingsOf(node, voters, brokers), ...(users && signIn(node, users, certificate)) });
  await Promise.all(nodes.map((node) => format(jars, node, cluster, users)));
  const processes = nodes.map((node) => brokerProcess(jars, node));
  try {
    await Promise.all(processes.map((one) => one.start()));
  } catch (error) {
    await Promise.all(processes.map((one) => one.kill()));
    throw error;
  }
  const addresses = nodes.map((node) => `127.0.0.1:${node.port}`);
  return { addresses, brokers: processes, ...(certificate && { authority: certificate.authority }) };
}

interface Node {
  readonly id: number;
  readonly folder: string;
  readonly port: number;
  readonly controllerPort: number;
  /** For the other brokers, where clients have to sign in. */
  readonly brokerPort: number;
}

function clusterId(folder: string): string {
  const file = join(folder, "cluster-id");
  if (existsSync(file)) return readFileSync(file, "utf8");
  mkdirSync(folder, { recursive: true });
  const id = randomBytes(16).toString("base64url");
  writeFileSync(file, id);
  return id;
}

type BrokerSettings = Readonly<Record<string, string | number | boolean>>;

function writeSettings(node: Node, settings: BrokerSettings): void {
  mkdirSync(node.folder, { recursive: true });
  const lines = Object.entries(settings).map(([name, value]) => `${name}=${value}\n`);
  writeFileSync(join(node.folder, "server.properties"), lines.join(""));
}

function settingsOf(node: Node, voters: string, brokers: number): BrokerSettings {
  return {
    ...brokerSettings(brokers),
    "node.id": node.id,
    "controller.quorum.voters": voters,
    listeners: `PLAINTEXT://127.0.0.1:${node.port},CONTROLLER://127.0.0.1:${node.controllerPort}`,
    "log.dirs": join(node.folder, "log"),
  };
}

/** What has nothing to do with where a broker is: the one in infra/compose.yaml has the same. */
export function brokerSettings(brokers: number): BrokerSettings {
  const copies = Math.min(3, brokers);
  return {
    "process.roles": "broker,controller",
    "controller.listener.names": "CONTROLLER",
    "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
    "auto.create.topics.enable": false,
    // As few as can be: a machine for development has few processors, and each internal partition costs files.
    "num.network.threads": 2,
    "num.io.threads": 4,
    "offsets.topic.num.partitions": 1,
    "transaction.state.log.num.partitions": 1,
    "offsets.topic.replication.factor": copies,
    "transaction.state.log.replication.factor": copies,
    "transaction.state.log.min.isr": Math.min(2, copies),
    "group.initial.rebalance.delay.ms": 0,
    "broker.session.timeout.ms": 3_000,
    "broker.heartbeat.interval.ms": 500,
    // A follower that is away no longer holds up acks=all after this.
    "replica.lag.time.max.ms": 5_000,
  };
}

const SCRAM = ["SCRAM-SHA-256", "SCRAM-SHA-512"] as const;
const LOGIN = "org.apache.kafka.common.security";

/** Clients come in by a listener of their own. */
function signIn(
  node: Node,
  users: Readonly<Record<string, string>>,
  certificate: LocalCertificate | undefined,
): BrokerSettings {
  const known = Object.entries(users).map(([name, password]) => `user_${name}="${password}"`);
  const controller = `CONTROLLER://127.0.0.1:${node.controllerPort}`;
  const scram = SCRAM.map((mechanism) => [
    `listener.name.client.${mechanism.toLowerCase()}.sasl.jaas.config`,
    `${LOGIN}.scram.ScramLoginModule required;`,
  ]);
  const protocol = certificate === undefined ? "SASL_PLAINTEXT" : "SASL_SSL";
  return {
    listeners: `CLIENT://127.0.0.1:${node.port},PLAINTEXT://127.0.0.1:${node.brokerPort},${controller}`,
    "listener.security.protocol.map": `CLIENT:${protocol},PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT`,
    "inter.broker.listener.name": "PLAINTEXT",
    "sasl.enabled.mechanisms": ["PLAIN", ...SCRAM].join(","),
    "listener.name.client.plain.sasl.jaas.config": `${LOGIN}.plain.PlainLoginModule required ${known.join(" ")};`,
    ...Object.fromEntries(scram),
    ...(certificate && {
      "ssl.keystore.location": certificate.keystore,
      "ssl.keystore.password": certificate.password,
      "ssl.keystore.type": "PKCS12",
    }),
  };
}

/** Makes a broker's folder, once; SCRAM's users are written into it, PLAIN's stand in the settings. */
async function format(
  jars: string,
  node: Node,
  cluster: string,
  users: Readonly<Record<string, string>> = {},
): Promise<void> {
  if (existsSync(join(node.folder, "log", "meta.properties"))) return;
  const settings = join(node.folder, "server.properties");
  const tool = ["kafka.tools.StorageTool", "format", `--cluster-id=${cluster}`, "-c", settings];
  const known = Object.entries(users).flatMap(([name, password]) =>
    SCRAM.flatMap((mechanism) => ["--add-scram", `${mechanism}=[name=${name},password=${password}]`]),
  );
  await runTool("java", ["-XX:TieredStopAtLevel=1", "-cp", join(jars, "*"), ...tool, ...known]);
}

function brokerProcess(jars: string, node: Node): EngineProcess {
  return new EngineProcess({
    name: `Kafka's broker ${node.id}`,
    port: node.port,
    program: "java",
    args: [...JVM, ...LOGGING, "-cp", join(jars, "*"), "kafka.Kafka", join(node.folder, "server.properties")],
    log: join(node.folder, "broker.log"),
    ready: (log) => log.includes("Kafka Server started"),
  });
}

const LOGGING = ["defaultLogLevel=warn", "showDateTime=true", "log.kafka.server.KafkaRaftServer=info"].map(
  (setting) => `-Dorg.slf4j.simpleLogger.${setting}`,
);
