/**
 * After `vite build`: writes .gz and .br beside each text file, and stops when the first load is too
 * heavy.
 */
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { brotliCompressSync, constants, gzipSync } from 'node:zlib'

const DIST = new URL('../dist/', import.meta.url).pathname
const FIRST_LOAD_MAX_BYTES = 105_000
const TEXT = /\.(js|css|html|json|svg|webmanifest)$/

const gzip = (data) => gzipSync(data, { level: 9 })
const brotli = (data) =>
  brotliCompressSync(data, { params: { [constants.BROTLI_PARAM_SIZE_HINT]: data.length } })

function precompress() {
  for (const name of readdirSync(DIST, { recursive: true }).filter((name) => TEXT.test(name))) {
    const data = readFileSync(join(DIST, name))
    writeFileSync(join(DIST, `${name}.gz`), gzip(data))
    writeFileSync(join(DIST, `${name}.br`), brotli(data))
  }
}

function firstLoadFiles(manifest, key, seen = new Set()) {
  const chunk = manifest[key]
  if (seen.has(chunk.file)) return seen
  for (const file of [chunk.file, ...(chunk.css ?? [])]) seen.add(file)
  for (const next of chunk.imports ?? []) firstLoadFiles(manifest, next, seen)
  return seen
}

function weigh() {
  const manifest = JSON.parse(readFileSync(join(DIST, '.vite/manifest.json'), 'utf8'))
  const files = [...firstLoadFiles(manifest, 'index.html')]
  const bytes = files.reduce((sum, file) => sum + gzip(readFileSync(join(DIST, file))).length, 0)
  console.log(`first load of the member's page: ${bytes} bytes gzip in ${files.length} files`)
  if (bytes > FIRST_LOAD_MAX_BYTES) {
    console.error(`too heavy: at most ${FIRST_LOAD_MAX_BYTES} bytes`)
    process.exit(1)
  }
}

weigh()
rmSync(join(DIST, '.vite'), { recursive: true }) // the build's own list: not for serving
precompress()
