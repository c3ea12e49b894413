/**
 * How Node runs a platform. What is under way must fit the young generation, or it is copied again and again. The old one may
 * grow to four times what it holds, buffers included, before it is marked: on a small machine the threads that mark take the
 * processor from everything else, and without this they do so every second.
 */
export const SERVER_FLAGS = [
  "--max-semi-space-size=64",
  "--initial-old-space-size=256",
  "--heap-growing-percent=300",
  "--external-memory-accounted-in-global-limit",
];
