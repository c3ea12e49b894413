export type Theme = "dark" | "light" | "system";

const KEY = "atlas.theme";

/** The theme chosen in this browser; `static/theme.js` makes of it the one that is shown. */
class ThemeChoice {
  chosen = $state<Theme>(read());
  /** What the page is drawn in: changes with the choice, in whichever tab, and with the system's own. */
  shown = $state(document.documentElement.dataset.theme);

  constructor() {
    const observer = new MutationObserver(() => {
      this.shown = document.documentElement.dataset.theme;
    });
    observer.observe(document.documentElement, { attributeFilter: ["data-theme"] });
    addEventListener("storage", () => {
      this.chosen = read();
    });
  }

  choose(theme: Theme): void {
    this.chosen = theme;
    if (theme === "system") localStorage.removeItem(KEY);
    else localStorage.setItem(KEY, theme);
    dispatchEvent(new Event("atlas:theme"));
  }
}

export const theme = new ThemeChoice();

function read(): Theme {
  const kept = localStorage.getItem(KEY);
  return kept === "dark" || kept === "light" ? kept : "system";
}
