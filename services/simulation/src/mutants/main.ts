import { keepCase } from "../run/kept-cases.ts";
import { mutants } from "./mutants.ts";
import { runMutants } from "./run-mutants.ts";

const [only = ""] = process.argv.slice(2);
const tell = (line: string) => void process.stdout.write(`${line}\n`);
const some = mutants.filter(({ name }) => name.includes(only));
process.exitCode = await runMutants(some, { seeds: 200, minutes: 2, tell, keep: keepCase });
