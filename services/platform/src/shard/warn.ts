/** Says once that something is wrong, for a person: in words, with what it concerns. */
export type Warn = (message: string, facts: Record<string, string | number | bigint>) => void;
