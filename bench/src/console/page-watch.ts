/*
 * Functions of this file run in the page: each stands alone, and names only what a browser has. Of that the few things used
 * are declared here, for this project's benches know no DOM.
 */
interface Entry {
  readonly name: string;
  readonly duration: number;
  readonly startTime: number;
}

interface ScriptEntry extends Entry {
  readonly encodedBodySize: number;
  readonly responseEnd: number;
}

interface Watched {
  readonly intervals: number[];
  readonly longTasks: number[];
  readonly longFrames: number[];
  stop(): void;
}

declare const document: { querySelector(selector: string): object | null };
declare const window: { watched?: Watched };
declare function requestAnimationFrame(run: (time: number) => void): number;
declare const MutationObserver: new (
  changed: () => void,
) => { observe(target: object, options: object): void; disconnect(): void };
declare const PerformanceObserver: {
  new (take: (list: { getEntries(): Entry[] }) => void): { observe(options: object): void; disconnect(): void };
  readonly supportedEntryTypes: readonly string[];
};
declare const performance: {
  mark(name: string): void;
  getEntriesByName(name: string): Entry[];
  getEntriesByType(type: "resource"): ScriptEntry[];
};

/** Before anything else runs in a page: marks when the first level of the book stands in the document. */
export function markFirstDepth(): void {
  const observer = new MutationObserver(() => {
    if (document.querySelector('[aria-label="Bids"] button') === null) return;
    observer.disconnect();
    performance.mark("first-depth");
  });
  observer.observe(document, { childList: true, subtree: true });
}

export interface FirstDepth {
  /** From the start of the navigation; `undefined`: no level has been shown. */
  readonly milliseconds: number | undefined;
  /** Every script read so far: its bytes as they came over the wire, and when the last of them came. */
  readonly scripts: readonly { readonly path: string; readonly bytes: number; readonly endedAt: number }[];
}

export function readFirstDepth(): FirstDepth {
  const scripts = performance
    .getEntriesByType("resource")
    .map(({ name, encodedBodySize, responseEnd }) => ({
      path: new URL(name).pathname,
      bytes: encodedBodySize,
      endedAt: responseEnd,
    }))
    .filter(({ path }) => path.endsWith(".js"));
  return { milliseconds: performance.getEntriesByName("first-depth")[0]?.startTime, scripts };
}

/** Begins to note every frame, and every task and frame that took longer than 50 ms. */
export function watchFrames(): void {
  const watched = { intervals: [] as number[], longTasks: [] as number[], longFrames: [] as number[] };
  let isOn = true;
  let last: number | undefined;
  const frame = (time: number): void => {
    if (!isOn) return;
    if (last !== undefined) watched.intervals.push(time - last);
    last = time;
    requestAnimationFrame(frame);
  };
  requestAnimationFrame(frame);
  const noting = [
    { type: "longtask", into: watched.longTasks },
    { type: "long-animation-frame", into: watched.longFrames },
  ];
  const observers = noting
    .filter(({ type }) => PerformanceObserver.supportedEntryTypes.includes(type))
    .map(({ type, into }) => {
      const observer = new PerformanceObserver((list) => into.push(...list.getEntries().map((one) => one.duration)));
      observer.observe({ type });
      return observer;
    });
  const stop = (): void => {
    isOn = false;
    for (const observer of observers) observer.disconnect();
  };
  window.watched = { ...watched, stop };
}

export interface Frames {
  /** Milliseconds between the beginnings of frames. */
  readonly intervals: readonly number[];
  readonly longTasks: readonly number[];
  readonly longFrames: readonly number[];
}

/** What was noted since; ends it. */
export function takeFrames(): Frames {
  const watched = window.watched as Watched;
  watched.stop();
  window.watched = undefined;
  const { intervals, longTasks, longFrames } = watched;
  return { intervals, longTasks, longFrames };
}
