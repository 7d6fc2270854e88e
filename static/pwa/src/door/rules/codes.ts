/**
 * Which code a screen shows when: TOTP (RFC 6238) under the key of the local day, as the server checks it.
 * Hashes come from a library and not from WebCrypto, which a page without HTTPS lacks.
 */
import { hmac } from '@noble/hashes/hmac.js'
import { sha1 } from '@noble/hashes/legacy.js'
import { Secret, TOTP } from 'otpauth/bare'
import type { DayKey } from '../types'

export type Shown = { code: string; changes_in_s: number }

type At = { day_keys: DayKey[]; step_s: number; at_ms: number }

/** The day on which the moment falls; null when there is no key for it. */
export function dayOf(day_keys: DayKey[], at_ms: number): DayKey | null {
  const holds = ({ starts_at, ends_at }: DayKey) => Date.parse(starts_at) <= at_ms && at_ms < Date.parse(ends_at)
  return day_keys.find(holds) ?? null
}

/** The code of this moment and for how many seconds it still stands; null without a key. */
export function shownAt({ day_keys, step_s, at_ms }: At): Shown | null {
  const day = dayOf(day_keys, at_ms)
  if (!day) return null
  const totp = new TOTP({
    secret: Secret.fromBase32(day.key),
    period: step_s,
    hmac: (_algorithm, key, message) => hmac(sha1, key, message),
  })
  return {
    code: totp.generate({ timestamp: at_ms }),
    changes_in_s: step_s - (Math.floor(at_ms / 1000) % step_s),
  }
}

/** What the QR code says: the app's address with the station and the code, behind the #. */
export function codeLink(given: { origin: string; station: string; code: string }): string {
  return `${given.origin}/#/code/${encodeURIComponent(given.station)}/${given.code}`
}
