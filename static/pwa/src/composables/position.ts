/**
 * Where the phone is: in memory only, asked for by a tap. Where the person has allowed it before, the list of
 * stations may use it at the start, since no question appears then.
 */
import { shallowRef } from 'vue'
import { believed, OLD_MS, type Position } from '@/rules/position'
import type { Fix, NoFixReason } from '@/sync/types'

const USABLE_MS = 120_000
const SAID_BEFORE_MS = 2_000 // while the entry can still be told why it has no position
export const position = shallowRef<Position | null>(null)
export const noPosition = shallowRef<NoFixReason | null>(null)
/** True while the browser may be asking its own question, so that a sentence can say why. */
export const asking = shallowRef(false)

const REASONS: Record<number, NoFixReason> = { 1: 'denied', 2: 'unavailable', 3: 'timeout' }

/** The last position as a fix for a tap made at `tapped_at`, unless it is too old to mean anything. */
export function fixAt(tapped_at: number): Fix | null {
  const last = position.value
  if (!last || tapped_at - last.taken_at > USABLE_MS) return null
  const { lat, lon, accuracy_m, taken_at } = last
  return { lat, lon, accuracy_m, age_s: Math.max(0, Math.round((tapped_at - taken_at) / 1000)) }
}

type Watch = { for_ms: number; onPosition?: () => void; onNone?: (reason: NoFixReason) => void }

/** Watches the position for a while; each better one is published and told. Never awaited by a tap. */
export function watchPosition({ for_ms, onPosition, onNone }: Watch): void {
  const none = (reason: NoFixReason) => {
    asking.value = false
    noPosition.value = reason
    onNone?.(reason)
  }
  if (!('geolocation' in navigator)) return none('unavailable')
  // Some browsers forget their own timeout, above all while their question stands unanswered.
  const late = setTimeout(() => none('timeout'), for_ms - SAID_BEFORE_MS)
  const watch = navigator.geolocation.watchPosition(
    (found) => {
      clearTimeout(late)
      take(found)
      onPosition?.()
    },
    ({ code }) => {
      clearTimeout(late)
      none(REASONS[code] ?? 'unavailable')
    },
    { enableHighAccuracy: true, maximumAge: 5_000, timeout: for_ms },
  )
  setTimeout(() => navigator.geolocation.clearWatch(watch), for_ms)
  void explain(for_ms)
}

function take({ coords, timestamp }: GeolocationPosition): void {
  asking.value = false
  noPosition.value = null
  const { latitude: lat, longitude: lon, accuracy: accuracy_m } = coords
  const found = { lat, lon, accuracy_m, taken_at: Math.min(timestamp, Date.now()) }
  position.value = believed(position.value, found)
}

/** True when there was one from long ago: the list is then in the order of before any position. */
export function dropOldPosition(): boolean {
  const isOld = position.value !== null && Date.now() - position.value.taken_at > OLD_MS
  if (isOld) position.value = null
  return isOld
}

async function permission(): Promise<PermissionState | null> {
  const state = await navigator.permissions?.query({ name: 'geolocation' }).catch(() => null)
  return state?.state ?? null
}

async function explain(for_ms: number): Promise<void> {
  asking.value = (await permission()) === 'prompt' && !position.value
  setTimeout(() => (asking.value = false), for_ms)
}

export async function watchIfAllowed(): Promise<void> {
  if ((await permission()) === 'granted') watchPosition({ for_ms: 10_000 })
}
