import { Channel } from "@atlas/gen/atlas/stream/v1/stream_service_pb";

/** The private channels, which a screen shows, by name. */
export const screenChannels = {
  orders: Channel.ORDERS,
  fills: Channel.FILLS,
  balances: Channel.BALANCES,
  positions: Channel.POSITIONS,
} as const;

export type ScreenChannel = keyof typeof screenChannels;
export const channelNames = Object.keys(screenChannels) as ScreenChannel[];
