/**
 * Three pages from one tree: index.html (the member's app), door.html (the screen at a station's door) and
 * staff.html (the office).
 *
 * The first two start without a network: build/memberFiles.ts keeps the office's files out of the precache, so
 * that a member's phone never downloads charts. build/finish.mjs then precompresses and weighs the first load.
 */
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { VantResolver } from '@vant/auto-import-resolver'
import vue from '@vitejs/plugin-vue'
import components from 'unplugin-vue-components/vite'
import { VitePWA } from 'vite-plugin-pwa'
import { defineConfig } from 'vitest/config'
import { chunks } from './build/chunks.ts'
import { onlyMemberFiles } from './build/memberFiles.ts'
import { withoutIconFont } from './build/withoutIconFont.ts'

const { version } = JSON.parse(readFileSync(new URL('package.json', import.meta.url), 'utf8'))
const here = (path: string) => fileURLToPath(new URL(path, import.meta.url))

export default defineConfig({
  root: here('.'),
  define: {
    __APP_VERSION__: JSON.stringify(version),
    __VUE_OPTIONS_API__: 'false', // every component is a script setup; Vant and the router need no options
    __VUE_PROD_DEVTOOLS__: 'false',
    __VUE_PROD_HYDRATION_MISMATCH_DETAILS__: 'false',
  },
  resolve: {
    alias: [
      { find: '@', replacement: here('src') },
      // What the package names first is its oldest form, for browsers long gone.
      { find: /^dexie$/, replacement: 'dexie/dist/modern/dexie.mjs' },
    ],
  },
  plugins: [
    vue(),
    components({ dirs: [], dts: false, resolvers: [VantResolver()] }),
    withoutIconFont(),
    VitePWA({
      strategies: 'injectManifest',
      srcDir: 'src',
      filename: 'sw.ts',
      manifest: false, // public/manifest.webmanifest: the plugin would link it from the office's page too
      injectRegister: false, // src/registerWorker.ts
      injectManifest: {
        dontCacheBustURLsMatching: /^assets\//,
        // Of the icons the page shows one; the phone's own system fetches the others when it installs the app.
        globPatterns: [
          ...['index.html', 'door.html', 'manifest.webmanifest', 'icons/icon.svg'],
          'assets/**/*.{js,css}',
        ],
        manifestTransforms: [onlyMemberFiles(here('dist/.vite/manifest.json'))],
      },
    }),
  ],
  build: {
    target: ['es2020', 'safari15.4', 'chrome87'], // phones are old, and so is the browser inside chat apps
    manifest: true,
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0, // a data: URL would need a hole in the content security policy
    rolldownOptions: {
      input: { index: here('index.html'), door: here('door.html'), staff: here('staff.html') },
      output: { codeSplitting: chunks },
    },
  },
  server: { proxy: { '/api': 'http://127.0.0.1:8000' } },
  test: { environment: 'node', include: ['tests/**/*.test.ts'] },
})
