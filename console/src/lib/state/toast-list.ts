export type Tone = "good" | "bad" | "plain";

export interface Toast {
  readonly id: string;
  readonly tone: Tone;
  readonly words: string;
}

const SHOWN = 3;

/**
 * With a message more, or in place of the one of its id. The oldest goes first; what went wrong goes only before its like,
 * and where nothing else stands there is no place for what went well.
 */
export function withToast(toasts: readonly Toast[], toast: Toast): readonly Toast[] {
  const place = toasts.findIndex(({ id }) => id === toast.id);
  if (place >= 0) return toasts.with(place, toast);
  if (toasts.length < SHOWN) return [...toasts, toast];
  const calm = toasts.findIndex(({ tone }) => tone !== "bad");
  if (calm < 0 && toast.tone !== "bad") return toasts;
  return [...toasts.toSpliced(Math.max(0, calm), 1), toast];
}
