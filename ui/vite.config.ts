import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

/** The policy of the shell (tauri.conf.json), so that a preview in a browser breaks where the app would. */
const policy = [
  "default-src 'self'",
  "connect-src ipc: http://ipc.localhost",
  "style-src 'self'",
  "img-src 'self' data: blob:",
  "font-src 'self'",
  "object-src 'none'",
  "frame-src 'self'",
].join("; ");

export default defineConfig({
  plugins: [react()],
  clearScreen: false,
  server: { port: 5173, strictPort: true },
  preview: { headers: { "Content-Security-Policy": policy } },
  build: {
    target: "safari16",
    // Fonts and icons stay files: `font-src 'self'` does not allow data: addresses.
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 1500,
  },
  test: {
    environment: "jsdom",
    setupFiles: ["test/setup.ts"],
    include: ["src/**/*.test.{ts,tsx}", "test/**/*.test.{ts,tsx}"],
    // Styles are not drawn here; the test of the tokens reads them as text.
    css: { include: [/styles\//] },
  },
});
