import { archiveSuite } from "../contract-suite/archive-suite.ts";
import { memoryArchive } from "./memory-archive.ts";

archiveSuite("memory", async () => memoryArchive());
