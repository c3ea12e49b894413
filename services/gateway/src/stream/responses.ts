import type { Contents, SubscribeResponse } from "@atlas/gen/atlas/stream/v1/stream_service_pb";
import type { Timestamp } from "@bufbuild/protobuf/wkt";

type Content = SubscribeResponse["content"];

export function snapshotContent(contents: Contents, last: boolean): Content {
  return { case: "snapshot", value: { $typeName: "atlas.stream.v1.Snapshot", contents, last } };
}

export function updateContent(contents: Contents): Content {
  return { case: "update", value: { $typeName: "atlas.stream.v1.Update", contents } };
}

export const RESYNC: Content = { case: "resync", value: { $typeName: "atlas.stream.v1.Resync" } };
export const HEARTBEAT: Content = { case: "heartbeat", value: { $typeName: "atlas.stream.v1.StreamHeartbeat" } };

export function responseOf(
  subscriptionId: string,
  cursor: string,
  serverTime: Timestamp,
  content: Content,
): SubscribeResponse {
  return { $typeName: "atlas.stream.v1.SubscribeResponse", subscriptionId, cursor, serverTime, content };
}
