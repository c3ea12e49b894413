import { Announcer } from "./announcer.ts";
import { type Toast, type Tone, withToast } from "./toast-list.ts";

const LIFETIME = 6_000;

/** Short messages: at most three at a time, read aloud now and then. */
export class Notifier {
  toasts = $state.raw<readonly Toast[]>([]);
  /** For who does not see them. */
  announced = $state("");
  readonly #announcer = new Announcer({
    now: () => performance.now(),
    after: (milliseconds, run) => void setTimeout(run, milliseconds),
    say: (words) => {
      this.announced = words;
    },
  });
  readonly #timers = new Map<string, ReturnType<typeof setTimeout>>();
  #made = 0;

  /** `about`: it takes the place of what is still shown about the same; absent: it stands for itself. */
  say(tone: Tone, words: string, about?: string): void {
    this.#made += 1;
    const id = about ?? `message ${this.#made}`;
    this.toasts = withToast(this.toasts, { id, tone, words });
    this.#announcer.announce(words);
    clearTimeout(this.#timers.get(id));
    // What went wrong stays until somebody takes it away.
    if (tone === "bad") this.#timers.delete(id);
    else
      this.#timers.set(
        id,
        setTimeout(() => this.dismiss(id), LIFETIME),
      );
  }

  isShown(about: string): boolean {
    return this.toasts.some(({ id }) => id === about);
  }

  dismiss(id: string): void {
    clearTimeout(this.#timers.get(id));
    this.#timers.delete(id);
    this.toasts = this.toasts.filter((toast) => toast.id !== id);
  }
}
