import { defineConfig } from "vite";

// Everything is a file of its own: the page's Content-Security-Policy allows nothing inline.
export default defineConfig({
  build: {
    outDir: "../functions/site/static/page",
    emptyOutDir: true,
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: true,
  },
});
