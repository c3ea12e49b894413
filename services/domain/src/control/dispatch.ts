import { partitionOf } from "../partition/partition.ts";
import type { ControlChange, Dispatch } from "./control-event.ts";
import type { ControlState } from "./control-state.ts";
import { type DefinedInstrument, HOUSE_OWNER, houseAccountOf } from "./instrument-terms.ts";

/** How many shards there are of each kind: fixed when a platform is created. */
export interface ShardCounts {
  readonly oms: number;
  readonly venue: number;
}

type Message = Dispatch["message"];

/**
 * What a change sends, in the order of each link: the change to every order shard, an engine version to all other shards, too, a
 * definition to its venue shard, and of a new instrument with participants the opening, funding and allotment of its house account.
 */
export function dispatchesOf(
  state: ControlState,
  counts: ShardCounts,
  change: ControlChange,
  isNew: boolean,
): readonly Dispatch[] {
  const numbers = new Map<string, number>();
  const dispatches: Dispatch[] = [];
  const send = (destination: string, message: Message) => {
    const number = (numbers.get(destination) ?? state.linksOut.get(destination) ?? 0) + 1;
    numbers.set(destination, number);
    dispatches.push({ destination, number, message });
  };
  for (let shard = 0; shard < counts.oms; shard++) send(`oms/${shard}`, { type: "CHANGE" });
  if (change.type === "ENGINE_ACTIVATED") {
    for (let shard = 0; shard < counts.venue; shard++) send(`venue/${shard}`, { type: "CHANGE" });
    send("identity/0", { type: "CHANGE" });
  }
  if (change.type !== "INSTRUMENT_DEFINED") return dispatches;
  const { instrument } = change;
  send(`venue/${partitionOf(instrument.instrumentId, counts.venue)}`, { type: "CHANGE" });
  if (!isNew || instrument.houseFunds.length === 0) return dispatches;
  const house = `oms/${partitionOf(houseAccountOf(instrument.instrumentId), counts.oms)}`;
  for (const message of houseMessages(instrument)) send(house, message);
  return dispatches;
}

function houseMessages({ instrumentId, houseFunds }: DefinedInstrument): readonly Message[] {
  const accountId = houseAccountOf(instrumentId);
  return [
    { type: "CREATE_ACCOUNT", accountId, requestId: `${accountId}-create`, ownerId: HOUSE_OWNER },
    ...houseFunds.map(
      (funds): Message => ({ type: "DEPOSIT", accountId, requestId: `${accountId}-deposit-${funds.asset}`, funds }),
    ),
    { type: "ALLOT", accountId, requestId: `${accountId}-allot`, instrumentId, funds: houseFunds },
  ];
}
