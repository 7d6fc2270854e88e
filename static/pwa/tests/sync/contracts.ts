import { readFileSync } from 'node:fs'

/** Cases shared with the server's tests. */
export function cases<T>(name: string): T[] {
  return JSON.parse(readFileSync(new URL(`../../../../tests/contracts/${name}`, import.meta.url), 'utf8'))
}
