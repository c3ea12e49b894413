import type { Compression } from "@connectrpc/connect/protocol";
import { compressionBrotli, compressionGzip } from "@connectrpc/connect-node";

/** What clients may compress requests with, and answers are compressed with if they accept it. */
export const acceptedCompression: readonly Compression[] = [compressionGzip, compressionBrotli];
