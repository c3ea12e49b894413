import { expect, onTestFinished, test } from "vitest";
import { ClusterMap } from "./cluster-map.ts";
import { API_VERSIONS, fakeBroker, metadata, type Told, versions } from "./testing/fake-broker.ts";

/** A broker by what it tells of partition 0 of topic `t`; `undefined`: it answers nothing. */
type Broker = Told | undefined;

interface Cluster {
  readonly map: ClusterMap;
  /** How often each was asked who leads. */
  readonly asked: number[];
}

/** Brokers with ids from 0 on, that know Metadata up to version `newest`. */
async function clusterOf(brokers: readonly Broker[], newest = 12): Promise<Cluster> {
  const asked = brokers.map(() => 0);
  const addresses: string[] = [];
  for (const [id, told] of brokers.entries()) {
    const address = await fakeBroker(({ key, version, answer }) => {
      if (key === API_VERSIONS) return answer(versions({ metadata: newest }));
      asked[id] = (asked[id] ?? 0) + 1;
      if (told !== undefined) answer(metadata(version, addresses, told));
    });
    addresses.push(address);
  }
  const access = { clientId: "test", connectionTimeout: 1_000 };
  const map = new ClusterMap({ brokers: addresses, access, appendTimeout: 1_000, askTimeout: 300 }, ["t"]);
  onTestFinished(() => map.close());
  return { map, asked };
}

test("F12 each look asks another broker: one of them may be cut off from the others", async () => {
  const { map, asked } = await clusterOf([{ leader: 0 }, { leader: 0 }, { leader: 0 }]);
  for (const _ of asked) await map.refresh();
  expect(asked).toEqual([1, 1, 1]);
  expect(map.leaderOf("t", 0)?.id).toBe(0);
});

test("F12 a broker that does not answer is asked last for a while: looks do not wait for it each time", async () => {
  const { map, asked } = await clusterOf([undefined, { leader: 1 }]);
  for (const _ of Array.from({ length: 7 })) await map.refresh();
  // Over the way that was named, and over the one that the other broker told.
  expect(asked).toEqual([2, 7]);
});

/** Who leads by each of six looks, which ask all in turn. */
async function leadersSeen({ map }: Cluster): Promise<(number | undefined)[]> {
  const seen: (number | undefined)[] = [];
  while (seen.length < 6) {
    await map.refresh();
    seen.push(map.leaderOf("t", 0)?.id);
  }
  return seen;
}

test.each([
  ["another one", { leader: 1, epoch: 6 }, 1],
  ["none", { leader: -1, epoch: 6 }, undefined],
])("F12 a broker that does not know yet that %s leads a partition by now is not believed", async (_, told, leader) => {
  const [, ...seen] = await leadersSeen(await clusterOf([{ leader: 0, epoch: 5 }, told]));
  expect(seen).toEqual(new Array(5).fill(leader));
});

test("F12 nor is it believed where another broker is, so that connections that are in use stay", async () => {
  const old = { leader: 0, epoch: 5, addresses: { 1: "127.0.0.1:1" } };
  const { map } = await clusterOf([old, { leader: 1, epoch: 6 }]);
  while (map.leaderOf("t", 0)?.id !== 1) await map.refresh();
  await map.refresh();
  const before = map.leaderOf("t", 0);
  for (const _ of [1, 2, 3, 4]) await map.refresh();
  expect(map.leaderOf("t", 0)).toBe(before);
  expect(before?.address).not.toBe("127.0.0.1:1");
});

test("brokers before Kafka 2.4, which may tell a wrong leader epoch, are believed as they tell", async () => {
  const cluster = await clusterOf(
    [
      { leader: 0, epoch: 5 },
      { leader: 1, epoch: 6 },
    ],
    8,
  );
  expect(await leadersSeen(cluster)).toEqual([1, 0, 1, 0, 1, 0]);
});
