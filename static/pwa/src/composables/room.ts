/** The phone's storage, looked at when the app starts, when it is seen again, and at each tap. */
import { computed, shallowRef } from 'vue'
import { roomOf, type Looked } from '@/rules/room'
import { isFull, tryRoom } from '@/sync/database'

const AFTER_START_MS = 2_000 // the first tap goes before the trial

const looked = shallowRef<Looked>({ estimate: {}, fits: null, refused: false })
export const room = computed(() => roomOf(looked.value))
/** True while the browser promises not to clear the records by itself. */
export const kept = shallowRef(false)

function note(seen: Partial<Looked>): void {
  looked.value = { ...looked.value, ...seen }
}

/** Changes nothing in the long run: the trial is stored and taken away again. */
export async function lookAtRoom(): Promise<void> {
  kept.value = (await navigator.storage?.persisted?.().catch(() => null)) ?? false
  note({ estimate: (await navigator.storage?.estimate?.().catch(() => null)) ?? {} })
  const fits = await tryRoom()
  note(fits ? { fits, refused: false } : { fits })
}

/** Asks the browser to keep the records even when it clears up. Installed apps get it without a question. */
export async function askToKeep(): Promise<void> {
  await navigator.storage?.persist?.().catch(() => null)
  await lookAtRoom()
}

/** Passes on what `storing` gives, and notes whether there was room for it. */
export async function withRoom<T>(storing: Promise<T>): Promise<T> {
  try {
    const stored = await storing
    if (looked.value.refused) note({ refused: false })
    return stored
  } catch (reason) {
    noteRefusal(reason)
    throw reason
  }
}

/** True when there was no room. The note on the screen says so; there is nothing else to do about it. */
export function noteRefusal(reason: unknown): boolean {
  if (isFull(reason)) note({ refused: true })
  return isFull(reason)
}

export function startLookingAtRoom(): void {
  const isInstalled = matchMedia('(display-mode: standalone)').matches
  setTimeout(() => void (isInstalled ? askToKeep() : lookAtRoom()), AFTER_START_MS)
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'visible' && room.value !== 'ample') void lookAtRoom()
  })
}
