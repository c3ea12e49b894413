// Runs before the first paint, so that no page flashes in the other theme, and from then on: which theme the page has is said
// here alone, in `data-theme`. A page that changes the choice says so by an event; other tabs hear it by the storage's.
{
  const system = matchMedia("(prefers-color-scheme: light)");
  const show = () => {
    let chosen = null;
    try {
      chosen = localStorage.getItem("atlas.theme");
    } catch {
      // Storage is refused to this page: the system's theme it is.
    }
    const theme = chosen === "light" || chosen === "dark" ? chosen : system.matches ? "light" : "dark";
    if (document.documentElement.dataset.theme !== theme) document.documentElement.dataset.theme = theme;
  };
  system.addEventListener("change", show);
  addEventListener("atlas:theme", show);
  addEventListener("storage", show);
  show();
}
