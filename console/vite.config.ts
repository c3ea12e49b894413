import { sveltekit } from "@sveltejs/kit/vite";
import { defineConfig } from "vite";
import { strictAnnouncer } from "./kit/strict-announcer.ts";
import { strictStatic } from "./kit/strict-static.ts";

/** Where `vite dev` finds a platform; the built console is served by the platform itself. */
const PLATFORM = process.env.ATLAS_URL ?? "http://127.0.0.1:8080";

export default defineConfig({
  plugins: [strictAnnouncer(), sveltekit({ adapter: strictStatic() })],
  build: { target: "es2024" },
  server: {
    port: 5173,
    strictPort: true,
    // The platform takes cookies from pages of its own origin only, so its own is what it is told.
    proxy: { "^/atlas\\.": { target: PLATFORM, changeOrigin: true, headers: { origin: new URL(PLATFORM).origin } } },
  },
});
