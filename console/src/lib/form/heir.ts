import { tick } from "svelte";

/**
 * For an effect that runs before the page changes: when what has the focus in `within` goes with the change, or can no longer
 * have it, the first that still can takes its place. `heirs`: told before the change, nearest first.
 */
export function keepFocus(
  within: Element | undefined,
  heirs: (holder: HTMLElement) => readonly (HTMLElement | undefined)[],
): void {
  const holder = document.activeElement;
  if (within === undefined || !(holder instanceof HTMLElement) || !within.contains(holder)) return;
  const candidates = [holder, ...heirs(holder)];
  void tick().then(() => {
    // Somebody may have gone elsewhere meanwhile, by themselves.
    const current = document.activeElement;
    if (current !== null && current !== document.body && current !== holder) return;
    const heir = candidates.find((one) => one?.isConnected && !one.matches(":disabled"));
    if (heir !== holder) heir?.focus();
  });
}
