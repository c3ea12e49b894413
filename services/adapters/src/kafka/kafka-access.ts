import type { KafkaConfig } from "kafkajs";
import { ClusterMap } from "./cluster-map.ts";

/** Where a cluster is and how it is reached. */
export interface KafkaAccess {
  /** `host:port` of some of the brokers. */
  readonly brokers: readonly string[];
  /** In front of every topic's name, so that several platforms share a cluster; default none. */
  readonly prefix?: string;
  readonly clientId?: string;
  readonly ssl?: KafkaConfig["ssl"];
  readonly sasl?: KafkaConfig["sasl"];
  /** Milliseconds after which an append without an answer is unknown; default 10,000. */
  readonly appendTimeout?: number;
  /** Milliseconds after which anything else without an answer is given up; default 3,000. */
  readonly askTimeout?: number;
  /** Milliseconds until a broker that does not let itself be connected to counts as away; default 2,000. */
  readonly connectionTimeout?: number;
}

export const APPEND_TIMEOUT = 10_000;
const ASK_TIMEOUT = 3_000;
const CONNECTION_TIMEOUT = 2_000;

/** Looks at the cluster. Rejects with `LogUnavailable` when no broker answers. */
export async function openMap(access: KafkaAccess, topics: readonly string[]): Promise<ClusterMap> {
  const { brokers, clientId = "atlas", ssl, sasl, connectionTimeout = CONNECTION_TIMEOUT } = access;
  const { appendTimeout = APPEND_TIMEOUT, askTimeout = ASK_TIMEOUT } = access;
  const reached = { clientId, ssl, sasl, connectionTimeout };
  const map = new ClusterMap({ brokers, access: reached, appendTimeout, askTimeout }, topics);
  try {
    await map.refresh();
  } catch (error) {
    map.close();
    throw error;
  }
  return map;
}
