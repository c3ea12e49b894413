import { type Profiler, Session } from "node:inspector/promises";

/** Counts what runs in this process, from here on: what was loaded before it counts as not run. */
export class CoverageRecorder {
  readonly #session = new Session();

  async start(): Promise<this> {
    this.#session.connect();
    await this.#session.post("Profiler.enable");
    await this.#session.post("Profiler.startPreciseCoverage", { callCount: true, detailed: true });
    return this;
  }

  /** What has run, by script. */
  async take(): Promise<readonly Profiler.ScriptCoverage[]> {
    const { result } = await this.#session.post("Profiler.takePreciseCoverage");
    this.#session.disconnect();
    return result;
  }
}
