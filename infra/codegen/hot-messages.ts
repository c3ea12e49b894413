/**
 * Messages of the hot path (S29): with all that they hold they get static codecs. What is not listed is written and
 * read by protobuf-es.
 */
export const hotMessages: readonly string[] = [
  "atlas.log.v1.OrderCommandFrame",
  "atlas.log.v1.OrderEventFrame",
  "atlas.log.v1.ExecutionReportFrame",
  "atlas.log.v1.VenueCommandFrame",
  "atlas.log.v1.MarketEventFrame",
  "atlas.log.v1.ControlCommandFrame",
  "atlas.log.v1.ControlEventFrame",
  "atlas.log.v1.IdentityCommandFrame",
  "atlas.log.v1.IdentityEventFrame",
  "atlas.log.v1.AccountsImage",
  "atlas.log.v1.RequestsImage",
  "atlas.log.v1.ShardImage",
  "atlas.log.v1.StoredOrder",
  "atlas.log.v1.StoredHistory",
  "atlas.log.v1.StoredBalance",
  "atlas.log.v1.StoredRequest",
  "atlas.log.v1.StorePosition",
  "atlas.order.v1.TradeRequest",
  "atlas.order.v1.TradeResponse",
  "atlas.stream.v1.SubscribeResponse",
  "atlas.operations.v1.FollowRequest",
  "atlas.operations.v1.FollowResponse",
  "atlas.log.v1.ImageManifest",
  "atlas.log.v1.ShardOutputs",
  "atlas.audit.v1.ArchivedRecord",
  "atlas.audit.v1.ArchiveManifest",
];
