import type { Notifier } from "./notifier.svelte.ts";
import { lowered } from "./order-news.ts";
import type { Tone } from "./toast-list.ts";

/** Tells what concerns an account; while its person looks at another one, with its name. */
export class AccountVoice {
  readonly #notifier: Pick<Notifier, "say" | "dismiss">;
  readonly #accountId: string;
  readonly #isAway: () => boolean;

  constructor(notifier: Pick<Notifier, "say" | "dismiss">, accountId: string, isAway: () => boolean) {
    this.#notifier = notifier;
    this.#accountId = accountId;
    this.#isAway = isAway;
  }

  /** Another account is looked at. */
  isAway(): boolean {
    return this.#isAway();
  }

  /** `about`: it takes the place of what is still shown about the same; absent: it stands for itself. */
  say(tone: Tone, words: string, about?: string): void {
    this.#notifier.say(tone, this.#named(words), about === undefined ? undefined : this.#key(about));
  }

  dismiss(about: string): void {
    this.#notifier.dismiss(this.#key(about));
  }

  #named(words: string): string {
    return this.#isAway() ? `In account ${this.#accountId}, ${lowered(words)}` : words;
  }

  /** Two accounts may be asked the same, such as to cancel everything. */
  #key(about: string): string {
    return `${this.#accountId} ${about}`;
  }
}
