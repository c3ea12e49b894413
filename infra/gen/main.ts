import { stampGeneratedCode } from "../launcher/generated.mjs";
import { ROOT } from "../scripts/root.ts";
import { GeneratorFailure, generateInto } from "./steps.ts";

// Usage: main.ts [FOLDER], into FOLDER/gen/ts instead of the repository's own.
const base = process.argv[2] ?? ROOT;
try {
  generateInto(base);
  if (base === ROOT) stampGeneratedCode(ROOT);
} catch (error) {
  if (!(error instanceof GeneratorFailure)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
