import type { Engines } from "./start-engines.ts";

/** Where the engines are, for programs: one line of JSON. */
export function addressesAsJson({ data, kafka, dynamodb, s3 }: Engines): string {
  return JSON.stringify({
    kafka: kafka && { brokers: kafka.addresses },
    dynamodb: dynamodb && { endpoint: dynamodb.endpoint },
    s3: s3 && {
      endpoint: s3.endpoint,
      region: s3.region,
      accessKeyId: s3.accessKeyId,
      secretAccessKey: s3.secretAccessKey,
    },
    data,
  });
}

/** The same for people. */
export function addressesAsText({ data, kafka, dynamodb, s3 }: Engines): string {
  return [
    kafka && `Kafka      ${kafka.addresses.join(",")}`,
    dynamodb && `DynamoDB   ${dynamodb.endpoint}   (any credentials)`,
    s3 && `S3         ${s3.endpoint}   region ${s3.region}, key ${s3.accessKeyId}, secret ${s3.secretAccessKey}`,
    `data       ${data}`,
    "Ctrl-C ends them.",
  ]
    .filter((line) => line !== undefined)
    .join("\n");
}
