import { readFileSync } from 'node:fs'
import type { ManifestTransform } from 'workbox-build'

type Chunk = { file: string; css?: string[]; imports?: string[]; dynamicImports?: string[] }

/** Every file that a page may load, now or later. Takes Vite's manifest by path. */
export function filesOfPage(manifest: Record<string, Chunk>, page: string): Set<string> {
  const files = new Set<string>()
  const walk = (key: string) => {
    const chunk = manifest[key]
    if (!chunk || files.has(chunk.file)) return
    for (const file of [chunk.file, ...(chunk.css ?? [])]) files.add(file)
    for (const next of [...(chunk.imports ?? []), ...(chunk.dynamicImports ?? [])]) walk(next)
  }
  walk(page)
  return files
}

/** Leaves the office's scripts and styles out of what the phone stores. */
export function onlyMemberFiles(manifestPath: string): ManifestTransform {
  return (entries) => {
    const manifest = JSON.parse(readFileSync(manifestPath, 'utf8'))
    const files = new Set(['index.html', 'door.html'].flatMap((page) => [...filesOfPage(manifest, page)]))
    return {
      manifest: entries.filter(({ url }) => !url.startsWith('assets/') || files.has(url)),
      warnings: [],
    }
  }
}
