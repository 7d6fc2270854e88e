/**
 * The screen's one state: what it was told, what time it is by the server's clock, and whether it is still
 * welcome. Asks every five minutes, when the network is back, and when somebody looks again.
 */
import { computed, shallowRef } from 'vue'
import { Unreachable, type Identity } from '@/api/request'
import { ask } from './calls'
import { findIdentity, findKept, forget, keepTold } from './keeping'
import { afterJump, aheadOf, isJump } from './rules/clock'
import { dayOf, shownAt } from './rules/codes'
import { isClockBack, notesOf, type Cut } from './rules/notes'
import type { Kept } from './types'
import { maySleep } from './wakeLock'

const ASK_EVERY_MS = 5 * 60_000

export const identity = shallowRef<Identity | null>(null)
export const kept = shallowRef<Kept | null>(null)
const cut = shallowRef<Cut>(null)
/** The tablet's own clock, read every second. */
const read = shallowRef(Date.now())
/** The time now by the server's clock, as far as it is known. */
export const at = computed(() => read.value + (kept.value?.ahead_ms ?? 0))

export const day = computed(() => kept.value && dayOf(kept.value.told.day_keys, at.value))
export const shown = computed(() => {
  const known = kept.value
  return known && !isClockBack(known, at.value) ? shownAt({ ...known.told, at_ms: at.value }) : null
})
export const notes = computed(() =>
  notesOf({ kept: kept.value, at_ms: at.value, cut: cut.value, may_sleep: maySleep.value }),
)

/** What lies on the tablet: enough to start without a network. */
export async function load(): Promise<void> {
  const [known, told] = await Promise.all([findIdentity(), findKept()])
  identity.value = known ?? null
  kept.value = told ?? null
  cut.value = null
}

export function start(): void {
  let lag = Date.now() - performance.now()
  const tick = () => {
    const jump_ms = Date.now() - performance.now() - lag
    lag += jump_ms
    if (isJump(jump_ms)) noticeJump(jump_ms)
    read.value = Date.now()
    setTimeout(tick, 1000 - (at.value % 1000))
  }
  tick()
  setInterval(() => void refresh(), ASK_EVERY_MS)
  addEventListener('online', () => void refresh())
  document.addEventListener('visibilitychange', () => void refresh())
  void refresh()
}

function noticeJump(jump_ms: number): void {
  if (kept.value) void take({ ...kept.value, ahead_ms: afterJump({ ...kept.value, jump_ms }) })
  void refresh()
}

async function take(now: Kept): Promise<void> {
  kept.value = now
  await keepTold(now)
}

/** One call with the server. No answer changes nothing. */
export async function refresh(): Promise<void> {
  const caller = identity.value
  if (!caller) return
  const asked_ms = Date.now()
  const answer = await ask(caller).catch((reason) => {
    if (reason instanceof Unreachable) return null
    throw reason
  })
  if (!answer || caller !== identity.value) return
  if (answer.data) {
    cut.value = null
    const { server_time } = answer.data
    await take({ told: answer.data, ahead_ms: aheadOf({ server_time, asked_ms, answered_ms: Date.now() }) })
  } else if (answer.status === 401) await cutOff(answer.problem?.code)
}

async function cutOff(code: string | undefined): Promise<void> {
  if (code !== 'door_screen.revoked') {
    // A server that was restored from before the enrolment: the codes are still right, so they go on.
    cut.value = 'unknown'
    return
  }
  cut.value = 'revoked'
  kept.value = null
  await forget()
}
