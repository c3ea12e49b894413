/** Of an engine's JVM: little memory, and a collector that takes no cores of its own from a small machine. */
export const JVM = ["-Xmx512m", "-XX:+UseSerialGC"];
