import { stampGeneratedCode } from "../launcher/generated.mjs";
import { ROOT } from "../scripts/root.ts";
import { compareFolders, withFreshCode } from "./fresh.ts";
import { GeneratorFailure } from "./steps.ts";

// Says which generated files are not what the schemas make now.
try {
  const differences = withFreshCode((fresh) => compareFolders(ROOT, fresh, "gen/ts"));
  for (const { path, how } of differences) console.error(`${path} ${how}: npm run gen`);
  if (differences.length > 0) process.exitCode = 1;
  else stampGeneratedCode(ROOT);
} catch (error) {
  if (!(error instanceof GeneratorFailure)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
