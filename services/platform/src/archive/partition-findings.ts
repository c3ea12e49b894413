import type { ArchiveManifest, PartitionCheckpoint } from "@atlas/gen/atlas/audit/v1/archive_pb";
import { type VerifyResponse, VerifyResponseSchema } from "@atlas/gen/atlas/audit/v1/audit_service_pb";
import { create } from "@bufbuild/protobuf";
import type { ArchivePartition } from "./archive-chain.ts";

/** So many problems of a partition are told; the others are counted. */
const TOLD = 100;
const LONGEST = 1_000;

/** What a check finds out about a partition. */
export class PartitionFindings {
  readonly #answer: VerifyResponse;

  constructor({ topic, partition }: ArchivePartition) {
    this.#answer = create(VerifyResponseSchema, { topic, partition });
  }

  /** The first range of all. */
  begin({ firstOffset }: ArchiveManifest): void {
    this.#answer.firstOffset = firstOffset;
  }

  /** A range of records that is as its manifest says. */
  sound({ count, recordsBytes }: ArchiveManifest): void {
    this.#answer.objects += 1n;
    this.#answer.records += count;
    this.#answer.bytes += recordsBytes;
  }

  /** A record that is no whole frame. */
  unreadable(): void {
    this.#answer.unreadableRecords += 1n;
  }

  wrong(object: string, offset: number | undefined, message: string): void {
    this.#answer.problemCount += 1n;
    if (this.#answer.problems.length === TOLD) return;
    this.#answer.problems.push({
      $typeName: "atlas.audit.v1.ArchiveProblem",
      object,
      offset: offset === undefined ? undefined : BigInt(offset),
      message: message.slice(0, LONGEST),
    });
  }

  /** Where the chain ends. */
  end(checkpoint: PartitionCheckpoint): void {
    this.#answer.nextOffset = checkpoint.nextOffset;
    this.#answer.checkpoint = checkpoint;
  }

  /** An object that no manifest names yet. */
  unfinished(name: string): void {
    this.#answer.unfinished = name;
  }

  answer(): VerifyResponse {
    return this.#answer;
  }
}
