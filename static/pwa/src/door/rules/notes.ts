/** What a screen has to say about itself, most pressing first. Nothing while all is well. */
import type { Kept } from '../types'
import { WRONG_MS } from './clock'

export type Note =
  | { code: 'revoked' | 'unknown' | 'no_keys' | 'clock_back' | 'keys_out' | 'stays_awake' }
  | { code: 'keys_soon'; n: number }
  | { code: 'clock_slow_s' | 'clock_slow_min' | 'clock_fast_s' | 'clock_fast_min'; n: number }

/** `revoked`: staff stopped it. `unknown`: the server does not know its token. */
export type Cut = 'revoked' | 'unknown' | null

export type State = { kept: Kept | null; at_ms: number; cut: Cut; may_sleep: boolean }

const DAY_MS = 86_400_000
const SOON_DAYS = 5

export function notesOf({ kept, at_ms, cut, may_sleep }: State): Note[] {
  const notes: Note[] = cut ? [{ code: cut }] : []
  if (cut !== 'revoked') notes.push(...(kept ? notesOfKeys(kept, at_ms) : [{ code: 'no_keys' } as const]))
  if (may_sleep) notes.push({ code: 'stays_awake' })
  return notes
}

/** A clock that stands before the last call with the server can't be right: no code is better than a wrong one. */
export const isClockBack = ({ told }: Kept, at_ms: number) => at_ms < Date.parse(told.server_time) - WRONG_MS

function notesOfKeys(kept: Kept, at_ms: number): Note[] {
  if (isClockBack(kept, at_ms)) return [{ code: 'clock_back' }]
  const days = Math.ceil((Date.parse(kept.told.day_keys.at(-1)?.ends_at ?? '') - at_ms) / DAY_MS)
  if (!(days > 0)) return [{ code: 'keys_out' }]
  return [...(days <= SOON_DAYS ? [{ code: 'keys_soon', n: days } as const] : []), ...notesOfClock(kept)]
}

function notesOfClock({ ahead_ms }: Kept): Note[] {
  if (Math.abs(ahead_ms) <= WRONG_MS) return []
  const seconds = Math.round(Math.abs(ahead_ms) / 1000)
  const [unit, n] = seconds < 120 ? (['s', seconds] as const) : (['min', Math.round(seconds / 60)] as const)
  return [{ code: `clock_${ahead_ms > 0 ? 'slow' : 'fast'}_${unit}`, n }]
}
