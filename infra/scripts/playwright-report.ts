interface Suite {
  readonly specs: readonly {
    readonly title: string;
    readonly file: string;
    readonly line: number;
    readonly tests: readonly { readonly status: string }[];
  }[];
  readonly suites?: readonly Suite[];
}

/** The tests of a Playwright JSON report that failed at first and passed when they were run again, as `file:line title`. */
export function passedAtSecondTry(text: string): readonly string[] {
  const { suites } = JSON.parse(text) as { readonly suites: readonly Suite[] };
  return suites.flatMap(namesIn);
}

function namesIn({ specs, suites = [] }: Suite): readonly string[] {
  const own = specs.filter(({ tests }) => tests.some(({ status }) => status === "flaky"));
  return [...own.map(({ file, line, title }) => `${file}:${line} ${title}`), ...suites.flatMap(namesIn)];
}
