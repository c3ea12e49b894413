import { stampGeneratedCode } from "../launcher/generated.mjs";
import { ROOT } from "../scripts/root.ts";
import { adoptFolder, withFreshCode } from "./fresh.ts";
import { GeneratorFailure } from "./steps.ts";

try {
  withFreshCode((fresh) => adoptFolder(ROOT, fresh, "gen/ts"));
  stampGeneratedCode(ROOT);
} catch (error) {
  if (!(error instanceof GeneratorFailure)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
