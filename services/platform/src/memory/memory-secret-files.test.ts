import { secretFilesSuite } from "../contract-suite/secret-files-suite.ts";
import { memorySecretFiles } from "./memory-secret-files.ts";

secretFilesSuite("memory", () => memorySecretFiles());
