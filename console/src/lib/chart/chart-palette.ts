/** Colours of the theme as the page's style sheet says them; charts draw on canvases, which know no CSS variables. */
export interface ChartPalette {
  readonly ground: string;
  readonly line: string;
  readonly text: string;
  readonly crosshair: string;
  readonly up: string;
  readonly down: string;
  readonly average: string;
}

/** Of the whole page: a panel whose figures are old has grey ones, and it is the drawing that is greyed there. */
export function pagePalette(): ChartPalette {
  const style = getComputedStyle(document.documentElement);
  const read = (name: string): string => style.getPropertyValue(name).trim();
  return {
    ground: read("--panel"),
    line: read("--line"),
    text: read("--muted"),
    crosshair: read("--line-strong"),
    up: read("--up"),
    down: read("--down"),
    average: read("--warn"),
  };
}

/** A colour of six digits, half seen through. */
export function faint(color: string): string {
  return `${color}70`;
}
