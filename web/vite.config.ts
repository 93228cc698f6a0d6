import { defineConfig } from "vite";

// The reference's own page is generated with the specification; docs.tsx is what scripts add to it.
// Everything is a file of its own: the page's Content-Security-Policy allows nothing inline.
export default defineConfig({
  build: {
    outDir: "../functions/site/static/page",
    emptyOutDir: true,
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: true,
    rollupOptions: { input: { index: "index.html", docs: "src/docs.tsx" } },
  },
});
