/** Figures of the diagnostics page in words. */
import type { words as told } from '@/locales/diagnosis'

type Words = typeof told

const SAME_MS = 2_000
const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS

/** `ahead_ms`: the phone's clock less the server's; null when they were never compared. */
export function clockWords(words: Words, ahead_ms: number | null): string {
  if (ahead_ms === null) return words('clock_unknown')
  const apart = Math.abs(ahead_ms)
  if (apart < SAME_MS) return words('clock_same')
  return words(ahead_ms > 0 ? 'clock_fast' : 'clock_slow', { time: lengthWords(words, apart) })
}

function lengthWords(words: Words, ms: number): string {
  if (ms < 2 * MINUTE_MS) return words('seconds', { n: Math.round(ms / 1000) })
  if (ms < HOUR_MS) return words('minutes', { n: Math.round(ms / MINUTE_MS) })
  const n = Math.floor(ms / HOUR_MS)
  return words('hours', { n, m: Math.round((ms - n * HOUR_MS) / MINUTE_MS) })
}

/** Whole ones above ten, else with one decimal. */
export function megabytes(bytes: number): string {
  const mb = Math.max(0, bytes) / 1_000_000
  return mb < 10 ? mb.toFixed(1) : String(Math.round(mb))
}
