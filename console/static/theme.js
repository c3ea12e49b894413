// Runs before the first paint, so that no page flashes in the other theme.
{
  let chosen = null;
  try {
    chosen = localStorage.getItem("atlas.theme");
  } catch {
    // Storage is refused to this page: the system's theme it is.
  }
  if (chosen === "light" || chosen === "dark") document.documentElement.dataset.theme = chosen;
}
