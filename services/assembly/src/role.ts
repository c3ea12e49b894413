/** What a process is there for. Several roles may share a process, and any number of processes a role. */
export const ROLES = ["gateway", "oms", "venue", "control", "identity", "market", "audit"] as const;
export type Role = (typeof ROLES)[number];
