import type { Page } from "@playwright/test";

/** How the chart draws, read from its canvases: what stands on them is nowhere else. */
interface Drawn {
  /** Pixels of a colour. */
  readonly pixels: number;
  /** Rows of pixels of which the colour takes a quarter at least: lines from edge to edge, dashes too. */
  readonly lines: number;
}

/** Pixels of a colour of the style sheet. */
export async function pixelsOf(page: Page, name: string): Promise<number> {
  return (await read(page, name)).pixels;
}

/** Lines of a colour of the style sheet across the chart. */
export async function linesOf(page: Page, name: string): Promise<number> {
  return (await read(page, name)).lines;
}

function read(page: Page, name: string): Promise<Drawn> {
  return page.evaluate((variable) => {
    const colour = getComputedStyle(document.documentElement).getPropertyValue(variable).trim();
    const [red, green, blue] = [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16));
    const chart = document.querySelector("[aria-label^='Candles of']");
    const canvases = [...(chart?.querySelectorAll("canvas") ?? [])];
    // The candles' own pane is the largest; scales and their labels are beside it.
    const size = Math.max(...canvases.map(({ width, height }) => width * height));
    let pixels = 0;
    const rows = new Set<number>();
    for (const canvas of canvases.filter(({ width, height }) => width * height === size)) {
      const { width, height } = canvas;
      const { data } = canvas.getContext("2d")?.getImageData(0, 0, width, height) ?? { data: [] };
      for (let row = 0; row < height; row += 1) {
        let found = 0;
        for (let at = row * width * 4; at < (row + 1) * width * 4; at += 4) {
          if (data[at] === red && data[at + 1] === green && data[at + 2] === blue) found += 1;
        }
        pixels += found;
        if (found > width / 4) rows.add(row);
      }
    }
    // A thick line takes several rows.
    const lines = [...rows].filter((row) => !rows.has(row - 1)).length;
    return { pixels, lines };
  }, name);
}
