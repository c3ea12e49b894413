/** Everything runs in the browser: the server hands out files. */
export const ssr = false;
export const prerender = false;
