import { fileURLToPath } from 'node:url';
import tailwind from '@tailwindcss/vite';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vitest/config';
import { earlyParts } from './build/early-parts.ts';
import { precompress } from './build/precompress.ts';

/** Where `npm run dev` finds the API; start one with `trainable up --port 8000 --no-open`. */
const api = process.env.TRAINABLE_URL ?? 'http://127.0.0.1:8000';

export default defineConfig({
  plugins: [react(), tailwind(), earlyParts(), precompress()],
  resolve: { alias: { '@': fileURLToPath(new URL('./src', import.meta.url)) } },
  worker: { format: 'es' },
  build: {
    outDir: '../src/Trainable.Server/wwwroot',
    emptyOutDir: true,
    target: 'es2023',
    // Inlined assets would need data: in the content security policy.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 700,
    rolldownOptions: {
      output: {
        // What every page starts with is one file, and so are the icons: dozens of small ones cost a page more than their bytes.
        codeSplitting: {
          groups: [
            { name: 'base', tags: ['$initial'], priority: 2 },
            { name: 'icons', test: /node_modules[\\/]lucide/, priority: 1 },
            { name: 'query', test: /@tanstack[\\/](react-)?query/, priority: 1 },
            {
              name: 'ui',
              test: /[\\/]src[\\/](ui|lib)[\\/]|@radix-ui|@floating-ui|react-remove-scroll/,
              minShareCount: 3,
            },
          ],
        },
      },
    },
  },
  server: { port: 8110, proxy: { '/api': { target: api, changeOrigin: true }, '/openapi': api } },
  test: {
    environment: 'jsdom',
    setupFiles: ['src/test/setup.ts'],
    testTimeout: 60_000,
    include: ['src/**/*.test.{ts,tsx}'],
  },
});
