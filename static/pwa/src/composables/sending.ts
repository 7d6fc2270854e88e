/** When the phone tries to send (9.3). What happens then is decided in src/sync. */
import { shallowRef } from 'vue'
import { refreshRescueKey } from '@/rescue/key'
import { synchronise } from '@/sync/client'
import { database } from '@/sync/database'
import { listWaiting } from '@/sync/outbox'
import type { Occasion } from '@/sync/protocol'
import { noteRefusal } from './room'
import { everybody, person, session } from './session'

const SHORTEST_MS = 1_000
const SOON_MS = 60_000
const LATER_MS = 15 * 60_000

export const sending = shallowRef(false)
let lastTry = 0
let waiting = 0 // of everybody, at the last try
let nextTry: ReturnType<typeof setTimeout> | undefined

export async function send(occasion: Occasion): Promise<void> {
  if (everybody.value.length === 0) return
  sending.value = true
  lastTry = Date.now()
  try {
    waiting = await synchronise(occasion)
    if (waiting > 0) await Promise.all([askWorker(), tryAgainWhenDue()])
  } catch (reason) {
    if (!noteRefusal(reason)) throw reason // the next minute's try finds room, or not
  } finally {
    sending.value = false
  }
  if (occasion === 'start') await Promise.all([refreshRescueKey(), keepForLater()])
}

/** What a liaison needs to enter for others without a network. */
async function keepForLater(): Promise<void> {
  if (!session.value?.me.roles.includes('liaison')) return
  const { keepLiaisonDay } = await import('./liaisonDay')
  await keepLiaisonDay()
}

/** Something still waits: the next try comes when the wait of 9.1 is over, not only with the next minute. */
async function tryAgainWhenDue(): Promise<void> {
  const state = await database.states.get(person.value)
  clearTimeout(nextTry)
  if (!state || state.paused) return
  nextTry = setTimeout(() => void send('routine'), Math.max(SHORTEST_MS, state.not_before - Date.now()))
}

/** Background Sync: the worker tries when the network is back, even with the app closed. Chromium only. */
async function askWorker(): Promise<void> {
  const registration = await navigator.serviceWorker?.getRegistration()
  await registration?.sync?.register('outbox').catch(() => null)
}

export function startSending(freezeAll: () => Promise<void>): void {
  void freezeAll().then(() => send('start'))
  addEventListener('online', () => void send('online'))
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'visible') void send('routine')
    else void freezeAll().then(() => send('routine'))
  })
  addEventListener('pagehide', () => void freezeAll())
  setInterval(() => void whenDue(), SOON_MS)
}

async function whenDue(): Promise<void> {
  const waits = waiting > 0 || (await listWaiting(person.value)).length > 0
  const pause = waits ? SOON_MS : LATER_MS
  if (Date.now() - lastTry >= pause - 1_000) await send('routine')
}
