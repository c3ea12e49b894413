export type Theme = "dark" | "light" | "system";

const KEY = "atlas.theme";

/** The theme chosen in this browser; `static/theme.js` sets it before the first paint. */
class ThemeChoice {
  chosen = $state<Theme>(read());

  choose(theme: Theme): void {
    this.chosen = theme;
    if (theme === "system") {
      localStorage.removeItem(KEY);
      delete document.documentElement.dataset.theme;
    } else {
      localStorage.setItem(KEY, theme);
      document.documentElement.dataset.theme = theme;
    }
  }
}

export const theme = new ThemeChoice();

function read(): Theme {
  const kept = localStorage.getItem(KEY);
  return kept === "dark" || kept === "light" ? kept : "system";
}
