import { partitionOf } from "@atlas/domain/partition/partition";
import { Reason } from "@atlas/gen/atlas/error/v1/refusal_pb";
import {
  type AccountView,
  type ReadRequest,
  ReadRequestSchema,
  type ReadResponse,
} from "@atlas/gen/atlas/operations/v1/shard_service_pb";
import { create } from "@bufbuild/protobuf";
import { refusal } from "../refusal/refusal-error.ts";
import type { ShardDirectory } from "../shard/shard-client.ts";
import { shardName } from "../shard/shard-name.ts";
import { cursorOf, sequenceOf } from "./cursor.ts";

/** Who asks for what of an account, and from when on. */
export interface AccountRequest {
  readonly accountId: string;
  readonly notBefore: string;
}

/** Asks the owner of an account's shard. */
export class AccountShards {
  readonly #directory: ShardDirectory;
  readonly #partitions: number;

  constructor(directory: ShardDirectory, partitions: number) {
    this.#directory = directory;
    this.#partitions = partitions;
  }

  shardOf(accountId: string): string {
    return shardName("oms", partitionOf(accountId, this.#partitions));
  }

  shards(): string[] {
    return Array.from({ length: this.#partitions }, (_, partition) => shardName("oms", partition));
  }

  /** The owner's answer at or above `notBefore`. */
  async ask(request: AccountRequest, query: ReadRequest["query"], deadline: number): Promise<ReadResponse> {
    const shard = this.shardOf(request.accountId);
    const notBefore = BigInt(sequenceOf(request.notBefore, shard, "not_before"));
    return this.#directory.client(shard).read(create(ReadRequestSchema, { shard, notBefore, query }), deadline);
  }

  async askShard(shard: string, query: ReadRequest["query"], deadline: number): Promise<ReadResponse> {
    return this.#directory.client(shard).read(create(ReadRequestSchema, { shard, query }), deadline);
  }

  /** The account with all that belongs to it; NOT_FOUND when there is none. */
  async account(request: AccountRequest, deadline: number): Promise<{ view: AccountView; cursor: string }> {
    const response = await this.ask(
      request,
      { case: "account", value: { $typeName: "atlas.operations.v1.AccountQuery", accountId: request.accountId } },
      deadline,
    );
    const { result } = response;
    if (result.case !== "account" || result.value.account === undefined) throw unknownAccount(request.accountId);
    return { view: result.value, cursor: cursorOf(this.shardOf(request.accountId), response.sequence) };
  }
}

export function unknownAccount(accountId: string): Error {
  return refusal(Reason.UNKNOWN_ACCOUNT, `there is no account ${accountId}`, { field: "account_id" });
}
