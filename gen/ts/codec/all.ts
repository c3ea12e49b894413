import { DurationSchema, TimestampSchema } from "@bufbuild/protobuf/wkt";
import { DurationCodec } from "../google/protobuf/duration_codec.ts";
import { TimestampCodec } from "../google/protobuf/timestamp_codec.ts";
import { AmountSchema } from "../atlas/money/v1/amount_pb.ts";
import { AmountCodec } from "../atlas/money/v1/amount_codec.ts";
import { AccountSchema, BalanceSchema, CreateAccountSchema, DepositFundsSchema, LimitsSchema, PositionSchema, QuantityLimitSchema, SetLimitsSchema, WithdrawFundsSchema } from "../atlas/account/v1/account_pb.ts";
import { AccountCodec, BalanceCodec, CreateAccountCodec, DepositFundsCodec, LimitsCodec, PositionCodec, QuantityLimitCodec, SetLimitsCodec, WithdrawFundsCodec } from "../atlas/account/v1/account_codec.ts";
import { PostingSchema } from "../atlas/ledger/v1/posting_pb.ts";
import { PostingCodec } from "../atlas/ledger/v1/posting_codec.ts";
import { ArchivedRecordSchema, ArchiveManifestSchema } from "../atlas/audit/v1/archive_pb.ts";
import { ArchivedRecordCodec, ArchiveManifestCodec } from "../atlas/audit/v1/archive_codec.ts";
import { AccountGrantSchema, ApiKeySchema, PrincipalSchema, UserSchema } from "../atlas/identity/v1/identity_pb.ts";
import { AccountGrantCodec, ApiKeyCodec, PrincipalCodec, UserCodec } from "../atlas/identity/v1/identity_codec.ts";
import { FrameHeaderSchema, LinkInSchema, LinkOutSchema, OriginalSchema, PositionSchema as PositionSchema$1 } from "../atlas/log/v1/frame_pb.ts";
import { FrameHeaderCodec, LinkInCodec, LinkOutCodec, OriginalCodec, PositionCodec as PositionCodec$1 } from "../atlas/log/v1/frame_codec.ts";
import { FieldViolationSchema, RefusalSchema } from "../atlas/error/v1/refusal_pb.ts";
import { FieldViolationCodec, RefusalCodec } from "../atlas/error/v1/refusal_codec.ts";
import { FillSchema, NewOrderSchema, OrderSchema, PegSchema } from "../atlas/order/v1/order_pb.ts";
import { FillCodec, NewOrderCodec, OrderCodec, PegCodec } from "../atlas/order/v1/order_codec.ts";
import { AuctionIndicationSchema, BookDeltaSchema, BookSchema, BookSnapshotSchema, CandleSchema, LevelSchema, MarketEventSchema, MarketStateSchema, PhaseChangedSchema, QuoteSchema, RecordedLevelSchema, RecordedTradeSchema, TickerSchema, TradeSchema } from "../atlas/market/v1/market_pb.ts";
import { AuctionIndicationCodec, BookCodec, BookDeltaCodec, BookSnapshotCodec, CandleCodec, LevelCodec, MarketEventCodec, MarketStateCodec, PhaseChangedCodec, QuoteCodec, RecordedLevelCodec, RecordedTradeCodec, TickerCodec, TradeCodec } from "../atlas/market/v1/market_codec.ts";
import { CancelOrderSchema, CancelOrdersSchema, ReplaceOrderSchema, SubmitOrderSchema } from "../atlas/order/v1/order_command_pb.ts";
import { CancelOrderCodec, CancelOrdersCodec, ReplaceOrderCodec, SubmitOrderCodec } from "../atlas/order/v1/order_command_codec.ts";
import { InstrumentSchema } from "../atlas/instrument/v1/instrument_pb.ts";
import { InstrumentCodec } from "../atlas/instrument/v1/instrument_codec.ts";
import { AllotToVenueSchema, AmendOrderSchema, ChangePhaseSchema, ControlChangeSchema, EngineActivatedSchema, PlaceOrderSchema, PrincipalRevokedSchema, PullOrderSchema, RecordedMarketSchema, TickSchema, VenueCommandSchema, VenueReportSchema } from "../atlas/venue/v1/venue_pb.ts";
import { AllotToVenueCodec, AmendOrderCodec, ChangePhaseCodec, ControlChangeCodec, EngineActivatedCodec, PlaceOrderCodec, PrincipalRevokedCodec, PullOrderCodec, RecordedMarketCodec, TickCodec, VenueCommandCodec, VenueReportCodec } from "../atlas/venue/v1/venue_codec.ts";
import { EvidenceSchema, OrderCommandFrameSchema, OrderCommandSchema, TimerDueSchema } from "../atlas/log/v1/order_command_pb.ts";
import { EvidenceCodec, OrderCommandCodec, OrderCommandFrameCodec, TimerDueCodec } from "../atlas/log/v1/order_command_codec.ts";
import { ExecutionReportSchema } from "../atlas/order/v1/execution_report_pb.ts";
import { ExecutionReportCodec } from "../atlas/order/v1/execution_report_codec.ts";
import { AccountCreatedSchema, AllotmentTradedSchema, CancelRefusedSchema, CancelRequestedSchema, CommandAnsweredSchema, ControlAppliedSchema, ExecutionReportFrameSchema, FundsMovedSchema, InputUnreadableSchema, LimitsSetSchema, OrderAcceptedSchema, OrderCanceledSchema, OrderDeniedSchema, OrderEventFrameSchema, OrderEventSchema, OrderExpiredSchema, OrderFilledSchema, OrderLiveSchema, OrderProgressSchema, OrderReducedSchema, OrderRejectedSchema, OrderReplacedSchema, ReplaceRefusedSchema, ReplaceRequestedSchema, ReportUnmatchedSchema, WorkAdvancedSchema } from "../atlas/log/v1/order_event_pb.ts";
import { AccountCreatedCodec, AllotmentTradedCodec, CancelRefusedCodec, CancelRequestedCodec, CommandAnsweredCodec, ControlAppliedCodec, ExecutionReportFrameCodec, FundsMovedCodec, InputUnreadableCodec, LimitsSetCodec, OrderAcceptedCodec, OrderCanceledCodec, OrderDeniedCodec, OrderEventCodec, OrderEventFrameCodec, OrderExpiredCodec, OrderFilledCodec, OrderLiveCodec, OrderProgressCodec, OrderReducedCodec, OrderRejectedCodec, OrderReplacedCodec, ReplaceRefusedCodec, ReplaceRequestedCodec, ReportUnmatchedCodec, WorkAdvancedCodec } from "../atlas/log/v1/order_event_codec.ts";
import { ActivateEngineSchema, ControlAnsweredSchema, ControlCommandFrameSchema, ControlCommandSchema, ControlDecidedSchema, ControlDispatchSchema, ControlEventFrameSchema, ControlEventSchema, DefineInstrumentSchema, ProcessEngineSchema, RevokePrincipalSchema } from "../atlas/log/v1/control_record_pb.ts";
import { ActivateEngineCodec, ControlAnsweredCodec, ControlCommandCodec, ControlCommandFrameCodec, ControlDecidedCodec, ControlDispatchCodec, ControlEventCodec, ControlEventFrameCodec, DefineInstrumentCodec, ProcessEngineCodec, RevokePrincipalCodec } from "../atlas/log/v1/control_record_codec.ts";
import { ApiKeyChangedSchema, CreateApiKeySchema, CreateLoginLinkSchema, CreateUserSchema, DisableUserSchema, EndSessionSchema, GrantAccountSchema, IdentityAnsweredSchema, IdentityCommandFrameSchema, IdentityCommandSchema, IdentityEventFrameSchema, IdentityEventSchema, LoginLinkCreatedSchema, RedeemLoginLinkSchema, RevokeAccountGrantSchema, RevokeApiKeySchema, RotateRefreshTokenSchema, SessionAdvancedSchema, SessionEndedSchema, SetRolesSchema, UserChangedSchema } from "../atlas/log/v1/identity_record_pb.ts";
import { ApiKeyChangedCodec, CreateApiKeyCodec, CreateLoginLinkCodec, CreateUserCodec, DisableUserCodec, EndSessionCodec, GrantAccountCodec, IdentityAnsweredCodec, IdentityCommandCodec, IdentityCommandFrameCodec, IdentityEventCodec, IdentityEventFrameCodec, LoginLinkCreatedCodec, RedeemLoginLinkCodec, RevokeAccountGrantCodec, RevokeApiKeyCodec, RotateRefreshTokenCodec, SessionAdvancedCodec, SessionEndedCodec, SetRolesCodec, UserChangedCodec } from "../atlas/log/v1/identity_record_codec.ts";
import { AccountImageSchema, AccountsImageSchema, AllotmentImageSchema, BalanceImageSchema, ClearingImageSchema, IncomingLinkImageSchema, InstrumentImageSchema, OrderImageSchema, PositionImageSchema, QuantityLimitImageSchema, RequestsImageSchema, RevokedImageSchema, ShardImageSchema, TotalsImageSchema, WorkImageSchema } from "../atlas/log/v1/order_image_pb.ts";
import { AccountImageCodec, AccountsImageCodec, AllotmentImageCodec, BalanceImageCodec, ClearingImageCodec, IncomingLinkImageCodec, InstrumentImageCodec, OrderImageCodec, PositionImageCodec, QuantityLimitImageCodec, RequestsImageCodec, RevokedImageCodec, ShardImageCodec, TotalsImageCodec, WorkImageCodec } from "../atlas/log/v1/order_image_codec.ts";
import { StoredBalanceSchema, StoredHistorySchema, StoredOrderSchema, StoredRequestSchema, StorePositionSchema } from "../atlas/log/v1/order_store_pb.ts";
import { StoredBalanceCodec, StoredHistoryCodec, StoredOrderCodec, StoredRequestCodec, StorePositionCodec } from "../atlas/log/v1/order_store_codec.ts";
import { ImageManifestSchema, OutputPositionSchema, ShardOutputsSchema, SlabEntrySchema } from "../atlas/log/v1/shard_image_pb.ts";
import { ImageManifestCodec, OutputPositionCodec, ShardOutputsCodec, SlabEntryCodec } from "../atlas/log/v1/shard_image_codec.ts";
import { MarketEventFrameSchema, VenueCommandFrameSchema } from "../atlas/log/v1/venue_record_pb.ts";
import { MarketEventFrameCodec, VenueCommandFrameCodec } from "../atlas/log/v1/venue_record_codec.ts";
import { CancelOrderRequestSchema, CancelOrderResponseSchema, CancelOrdersRequestSchema, CancelOrdersResponseSchema, ReplaceOrderRequestSchema, ReplaceOrderResponseSchema, SubmitOrderRequestSchema, SubmitOrderResponseSchema, SubmitOrdersEntrySchema, SubmitOrdersRequestSchema, SubmitOrdersResponseSchema, SubmitOrdersResultSchema } from "../atlas/order/v1/order_service_pb.ts";
import { CancelOrderRequestCodec, CancelOrderResponseCodec, CancelOrdersRequestCodec, CancelOrdersResponseCodec, ReplaceOrderRequestCodec, ReplaceOrderResponseCodec, SubmitOrderRequestCodec, SubmitOrderResponseCodec, SubmitOrdersEntryCodec, SubmitOrdersRequestCodec, SubmitOrdersResponseCodec, SubmitOrdersResultCodec } from "../atlas/order/v1/order_service_codec.ts";
import { FollowRequestSchema, FollowResponseSchema } from "../atlas/operations/v1/shard_service_pb.ts";
import { FollowRequestCodec, FollowResponseCodec } from "../atlas/operations/v1/shard_service_codec.ts";
import { HeartbeatSchema, OpenSessionSchema, SessionOpenedSchema, SessionRefusalSchema, TradeRequestSchema, TradeResponseSchema } from "../atlas/order/v1/order_session_service_pb.ts";
import { HeartbeatCodec, OpenSessionCodec, SessionOpenedCodec, SessionRefusalCodec, TradeRequestCodec, TradeResponseCodec } from "../atlas/order/v1/order_session_service_codec.ts";
import { ContentsSchema, NoticeSchema, ResyncSchema, SnapshotSchema, StreamHeartbeatSchema, SubscribeResponseSchema, UpdateSchema } from "../atlas/stream/v1/stream_service_pb.ts";
import { ContentsCodec, NoticeCodec, ResyncCodec, SnapshotCodec, StreamHeartbeatCodec, SubscribeResponseCodec, UpdateCodec } from "../atlas/stream/v1/stream_service_codec.ts";

// Every static codec beside its descriptor, generated by infra/codegen. Do not edit.

export const allCodecs = [
  { schema: DurationSchema, codec: DurationCodec },
  { schema: TimestampSchema, codec: TimestampCodec },
  { schema: AmountSchema, codec: AmountCodec },
  { schema: AccountSchema, codec: AccountCodec },
  { schema: BalanceSchema, codec: BalanceCodec },
  { schema: PositionSchema, codec: PositionCodec },
  { schema: QuantityLimitSchema, codec: QuantityLimitCodec },
  { schema: LimitsSchema, codec: LimitsCodec },
  { schema: CreateAccountSchema, codec: CreateAccountCodec },
  { schema: DepositFundsSchema, codec: DepositFundsCodec },
  { schema: WithdrawFundsSchema, codec: WithdrawFundsCodec },
  { schema: SetLimitsSchema, codec: SetLimitsCodec },
  { schema: PostingSchema, codec: PostingCodec },
  { schema: ArchivedRecordSchema, codec: ArchivedRecordCodec },
  { schema: ArchiveManifestSchema, codec: ArchiveManifestCodec },
  { schema: PrincipalSchema, codec: PrincipalCodec },
  { schema: AccountGrantSchema, codec: AccountGrantCodec },
  { schema: UserSchema, codec: UserCodec },
  { schema: ApiKeySchema, codec: ApiKeyCodec },
  { schema: OriginalSchema, codec: OriginalCodec },
  { schema: FrameHeaderSchema, codec: FrameHeaderCodec },
  { schema: PositionSchema$1, codec: PositionCodec$1 },
  { schema: LinkInSchema, codec: LinkInCodec },
  { schema: LinkOutSchema, codec: LinkOutCodec },
  { schema: FieldViolationSchema, codec: FieldViolationCodec },
  { schema: RefusalSchema, codec: RefusalCodec },
  { schema: PegSchema, codec: PegCodec },
  { schema: NewOrderSchema, codec: NewOrderCodec },
  { schema: OrderSchema, codec: OrderCodec },
  { schema: FillSchema, codec: FillCodec },
  { schema: LevelSchema, codec: LevelCodec },
  { schema: BookSchema, codec: BookCodec },
  { schema: BookSnapshotSchema, codec: BookSnapshotCodec },
  { schema: BookDeltaSchema, codec: BookDeltaCodec },
  { schema: TradeSchema, codec: TradeCodec },
  { schema: TickerSchema, codec: TickerCodec },
  { schema: PhaseChangedSchema, codec: PhaseChangedCodec },
  { schema: AuctionIndicationSchema, codec: AuctionIndicationCodec },
  { schema: MarketEventSchema, codec: MarketEventCodec },
  { schema: CandleSchema, codec: CandleCodec },
  { schema: QuoteSchema, codec: QuoteCodec },
  { schema: MarketStateSchema, codec: MarketStateCodec },
  { schema: RecordedLevelSchema, codec: RecordedLevelCodec },
  { schema: RecordedTradeSchema, codec: RecordedTradeCodec },
  { schema: SubmitOrderSchema, codec: SubmitOrderCodec },
  { schema: ReplaceOrderSchema, codec: ReplaceOrderCodec },
  { schema: CancelOrderSchema, codec: CancelOrderCodec },
  { schema: CancelOrdersSchema, codec: CancelOrdersCodec },
  { schema: InstrumentSchema, codec: InstrumentCodec },
  { schema: PlaceOrderSchema, codec: PlaceOrderCodec },
  { schema: AmendOrderSchema, codec: AmendOrderCodec },
  { schema: PullOrderSchema, codec: PullOrderCodec },
  { schema: ChangePhaseSchema, codec: ChangePhaseCodec },
  { schema: TickSchema, codec: TickCodec },
  { schema: RecordedMarketSchema, codec: RecordedMarketCodec },
  { schema: AllotToVenueSchema, codec: AllotToVenueCodec },
  { schema: PrincipalRevokedSchema, codec: PrincipalRevokedCodec },
  { schema: EngineActivatedSchema, codec: EngineActivatedCodec },
  { schema: ControlChangeSchema, codec: ControlChangeCodec },
  { schema: VenueCommandSchema, codec: VenueCommandCodec },
  { schema: VenueReportSchema, codec: VenueReportCodec },
  { schema: EvidenceSchema, codec: EvidenceCodec },
  { schema: TimerDueSchema, codec: TimerDueCodec },
  { schema: OrderCommandSchema, codec: OrderCommandCodec },
  { schema: OrderCommandFrameSchema, codec: OrderCommandFrameCodec },
  { schema: ExecutionReportSchema, codec: ExecutionReportCodec },
  { schema: OrderProgressSchema, codec: OrderProgressCodec },
  { schema: OrderAcceptedSchema, codec: OrderAcceptedCodec },
  { schema: OrderDeniedSchema, codec: OrderDeniedCodec },
  { schema: OrderLiveSchema, codec: OrderLiveCodec },
  { schema: OrderFilledSchema, codec: OrderFilledCodec },
  { schema: CancelRequestedSchema, codec: CancelRequestedCodec },
  { schema: OrderCanceledSchema, codec: OrderCanceledCodec },
  { schema: CancelRefusedSchema, codec: CancelRefusedCodec },
  { schema: ReplaceRequestedSchema, codec: ReplaceRequestedCodec },
  { schema: OrderReplacedSchema, codec: OrderReplacedCodec },
  { schema: ReplaceRefusedSchema, codec: ReplaceRefusedCodec },
  { schema: OrderRejectedSchema, codec: OrderRejectedCodec },
  { schema: OrderReducedSchema, codec: OrderReducedCodec },
  { schema: OrderExpiredSchema, codec: OrderExpiredCodec },
  { schema: AccountCreatedSchema, codec: AccountCreatedCodec },
  { schema: FundsMovedSchema, codec: FundsMovedCodec },
  { schema: AllotmentTradedSchema, codec: AllotmentTradedCodec },
  { schema: LimitsSetSchema, codec: LimitsSetCodec },
  { schema: CommandAnsweredSchema, codec: CommandAnsweredCodec },
  { schema: ReportUnmatchedSchema, codec: ReportUnmatchedCodec },
  { schema: WorkAdvancedSchema, codec: WorkAdvancedCodec },
  { schema: InputUnreadableSchema, codec: InputUnreadableCodec },
  { schema: ControlAppliedSchema, codec: ControlAppliedCodec },
  { schema: OrderEventSchema, codec: OrderEventCodec },
  { schema: OrderEventFrameSchema, codec: OrderEventFrameCodec },
  { schema: ExecutionReportFrameSchema, codec: ExecutionReportFrameCodec },
  { schema: DefineInstrumentSchema, codec: DefineInstrumentCodec },
  { schema: RevokePrincipalSchema, codec: RevokePrincipalCodec },
  { schema: ProcessEngineSchema, codec: ProcessEngineCodec },
  { schema: ActivateEngineSchema, codec: ActivateEngineCodec },
  { schema: ControlCommandSchema, codec: ControlCommandCodec },
  { schema: ControlCommandFrameSchema, codec: ControlCommandFrameCodec },
  { schema: ControlDispatchSchema, codec: ControlDispatchCodec },
  { schema: ControlDecidedSchema, codec: ControlDecidedCodec },
  { schema: ControlAnsweredSchema, codec: ControlAnsweredCodec },
  { schema: ControlEventSchema, codec: ControlEventCodec },
  { schema: ControlEventFrameSchema, codec: ControlEventFrameCodec },
  { schema: CreateUserSchema, codec: CreateUserCodec },
  { schema: SetRolesSchema, codec: SetRolesCodec },
  { schema: DisableUserSchema, codec: DisableUserCodec },
  { schema: GrantAccountSchema, codec: GrantAccountCodec },
  { schema: RevokeAccountGrantSchema, codec: RevokeAccountGrantCodec },
  { schema: CreateApiKeySchema, codec: CreateApiKeyCodec },
  { schema: RevokeApiKeySchema, codec: RevokeApiKeyCodec },
  { schema: CreateLoginLinkSchema, codec: CreateLoginLinkCodec },
  { schema: RedeemLoginLinkSchema, codec: RedeemLoginLinkCodec },
  { schema: RotateRefreshTokenSchema, codec: RotateRefreshTokenCodec },
  { schema: EndSessionSchema, codec: EndSessionCodec },
  { schema: IdentityCommandSchema, codec: IdentityCommandCodec },
  { schema: IdentityCommandFrameSchema, codec: IdentityCommandFrameCodec },
  { schema: UserChangedSchema, codec: UserChangedCodec },
  { schema: ApiKeyChangedSchema, codec: ApiKeyChangedCodec },
  { schema: LoginLinkCreatedSchema, codec: LoginLinkCreatedCodec },
  { schema: SessionAdvancedSchema, codec: SessionAdvancedCodec },
  { schema: SessionEndedSchema, codec: SessionEndedCodec },
  { schema: IdentityAnsweredSchema, codec: IdentityAnsweredCodec },
  { schema: IdentityEventSchema, codec: IdentityEventCodec },
  { schema: IdentityEventFrameSchema, codec: IdentityEventFrameCodec },
  { schema: OrderImageSchema, codec: OrderImageCodec },
  { schema: BalanceImageSchema, codec: BalanceImageCodec },
  { schema: PositionImageSchema, codec: PositionImageCodec },
  { schema: QuantityLimitImageSchema, codec: QuantityLimitImageCodec },
  { schema: AllotmentImageSchema, codec: AllotmentImageCodec },
  { schema: AccountImageSchema, codec: AccountImageCodec },
  { schema: AccountsImageSchema, codec: AccountsImageCodec },
  { schema: RequestsImageSchema, codec: RequestsImageCodec },
  { schema: InstrumentImageSchema, codec: InstrumentImageCodec },
  { schema: IncomingLinkImageSchema, codec: IncomingLinkImageCodec },
  { schema: TotalsImageSchema, codec: TotalsImageCodec },
  { schema: ClearingImageSchema, codec: ClearingImageCodec },
  { schema: RevokedImageSchema, codec: RevokedImageCodec },
  { schema: WorkImageSchema, codec: WorkImageCodec },
  { schema: ShardImageSchema, codec: ShardImageCodec },
  { schema: StoredOrderSchema, codec: StoredOrderCodec },
  { schema: StoredHistorySchema, codec: StoredHistoryCodec },
  { schema: StoredBalanceSchema, codec: StoredBalanceCodec },
  { schema: StoredRequestSchema, codec: StoredRequestCodec },
  { schema: StorePositionSchema, codec: StorePositionCodec },
  { schema: OutputPositionSchema, codec: OutputPositionCodec },
  { schema: ShardOutputsSchema, codec: ShardOutputsCodec },
  { schema: SlabEntrySchema, codec: SlabEntryCodec },
  { schema: ImageManifestSchema, codec: ImageManifestCodec },
  { schema: VenueCommandFrameSchema, codec: VenueCommandFrameCodec },
  { schema: MarketEventFrameSchema, codec: MarketEventFrameCodec },
  { schema: SubmitOrderRequestSchema, codec: SubmitOrderRequestCodec },
  { schema: SubmitOrderResponseSchema, codec: SubmitOrderResponseCodec },
  { schema: SubmitOrdersEntrySchema, codec: SubmitOrdersEntryCodec },
  { schema: SubmitOrdersRequestSchema, codec: SubmitOrdersRequestCodec },
  { schema: SubmitOrdersResultSchema, codec: SubmitOrdersResultCodec },
  { schema: SubmitOrdersResponseSchema, codec: SubmitOrdersResponseCodec },
  { schema: ReplaceOrderRequestSchema, codec: ReplaceOrderRequestCodec },
  { schema: ReplaceOrderResponseSchema, codec: ReplaceOrderResponseCodec },
  { schema: CancelOrderRequestSchema, codec: CancelOrderRequestCodec },
  { schema: CancelOrderResponseSchema, codec: CancelOrderResponseCodec },
  { schema: CancelOrdersRequestSchema, codec: CancelOrdersRequestCodec },
  { schema: CancelOrdersResponseSchema, codec: CancelOrdersResponseCodec },
  { schema: FollowRequestSchema, codec: FollowRequestCodec },
  { schema: FollowResponseSchema, codec: FollowResponseCodec },
  { schema: OpenSessionSchema, codec: OpenSessionCodec },
  { schema: SessionOpenedSchema, codec: SessionOpenedCodec },
  { schema: HeartbeatSchema, codec: HeartbeatCodec },
  { schema: TradeRequestSchema, codec: TradeRequestCodec },
  { schema: TradeResponseSchema, codec: TradeResponseCodec },
  { schema: SessionRefusalSchema, codec: SessionRefusalCodec },
  { schema: NoticeSchema, codec: NoticeCodec },
  { schema: ContentsSchema, codec: ContentsCodec },
  { schema: SnapshotSchema, codec: SnapshotCodec },
  { schema: UpdateSchema, codec: UpdateCodec },
  { schema: StreamHeartbeatSchema, codec: StreamHeartbeatCodec },
  { schema: ResyncSchema, codec: ResyncCodec },
  { schema: SubscribeResponseSchema, codec: SubscribeResponseCodec },
];
