/** A fault in the code: one place in one file, changed. The platform with it must be caught. */
export interface Mutant {
  readonly name: string;
  /** Below `services/`. */
  readonly file: string;
  /** Stands there once. */
  readonly find: string;
  readonly put: string;
}
