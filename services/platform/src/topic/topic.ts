import { topic as topicOption } from "@atlas/gen/atlas/options/v1/options_pb";
import { type DescMessage, getOption } from "@bufbuild/protobuf";

/** Where records of a frame type stand on the log, as the contract declares it. */
export interface Topic {
  readonly name: string;
  /** Type of the frames that stand there. */
  readonly message: string;
  /** Milliseconds after which records may be dropped; `undefined`: never by time. */
  readonly retention: number | undefined;
}

/** The topic of a frame's type. Throws when the contract declares none: nobody writes a topic's name by hand. */
export function topicOf(frame: DescMessage): Topic {
  const declared = getOption(frame, topicOption);
  if (declared.name === "") throw new Error(`${frame.typeName} declares no topic`);
  const retention = declared.retention === undefined ? undefined : Number(declared.retention.seconds) * 1000;
  return { name: declared.name, message: frame.typeName, retention };
}
