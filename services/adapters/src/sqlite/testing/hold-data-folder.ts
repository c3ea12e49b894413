import { lockDataFolder } from "../lock-data-folder.ts";

/** Takes the data folder given, says so or why not, and stays until it is killed. */
try {
  lockDataFolder(process.argv[2] ?? "");
  console.log("held");
  setInterval(() => {}, 1_000);
} catch (error) {
  console.log(`${error}`);
}
