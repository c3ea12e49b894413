/** A fault in the code: one place in one file, changed. The platform with it must be caught. */
export interface Mutant {
  readonly name: string;
  /** Below `services/`. */
  readonly file: string;
  /** Stands there once. */
  readonly find: string;
  readonly put: string;
  /** Only faults of these cases of QUALITY befall the platform that has it; none: nothing does; absent: whatever each seed draws. */
  readonly cases?: readonly string[];
  /** A seed that has caught it: the search begins there. */
  readonly seed?: number;
}
