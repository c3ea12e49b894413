/** How Node runs a platform: what is under way must fit the young generation, or it is copied again and again. */
export const SERVER_FLAGS = ["--max-semi-space-size=64"];
