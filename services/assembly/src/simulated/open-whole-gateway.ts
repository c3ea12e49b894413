import { type Gateway, openGateway } from "@atlas/gateway/gateway";
import { sleep } from "@atlas/platform/ports/clock";

/** Milliseconds between two looks whether every shard is followed. */
const PAUSE = 5;

/** Opens a gateway that serves every account. */
export async function openWholeGateway(context: Parameters<typeof openGateway>[0]): Promise<Gateway> {
  const gateway = await openGateway(context);
  await gateway.start();
  while (gateway.unheard().length > 0) await sleep(context.ports.clock, PAUSE);
  return gateway;
}
