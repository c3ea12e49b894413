import { stampGeneratedCode } from "../launcher/generated.mjs";
import { ROOT } from "../scripts/root.ts";
import { GeneratorFailure, generateInto } from "./steps.ts";

try {
  generateInto(ROOT);
  stampGeneratedCode(ROOT);
} catch (error) {
  if (!(error instanceof GeneratorFailure)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
