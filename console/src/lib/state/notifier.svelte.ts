export type Tone = "good" | "bad" | "plain";

export interface Toast {
  readonly id: number;
  readonly tone: Tone;
  readonly words: string;
  readonly at: Date;
}

const SHOWN = 3;
const KEPT = 200;
const LIFETIME = 6_000;

/** Short messages: at most three at a time, all of them in the log. */
export class Notifier {
  toasts = $state.raw<readonly Toast[]>([]);
  /** Newest first. */
  log = $state.raw<readonly Toast[]>([]);
  #made = 0;

  say(tone: Tone, words: string): void {
    this.#made += 1;
    const toast = { id: this.#made, tone, words, at: new Date() };
    this.toasts = [...this.toasts, toast].slice(-SHOWN);
    this.log = [toast, ...this.log].slice(0, KEPT);
    // What went wrong stays until somebody takes it away.
    if (tone !== "bad") setTimeout(() => this.dismiss(toast.id), LIFETIME);
  }

  dismiss(id: number): void {
    this.toasts = this.toasts.filter((toast) => toast.id !== id);
  }
}
