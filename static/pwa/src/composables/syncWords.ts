/** The state of sending in one line, and why it does not go on, if it does not. */
import { computed } from 'vue'
import { t } from '@/locales'
import { isWorthAWarning, waited } from '@/rules/waiting'
import { database } from '@/sync/database'
import { listOutbox } from '@/sync/outbox'
import type { SyncState } from '@/sync/types'
import { useNow } from './clock'
import { useLive } from './live'
import { sending } from './sending'
import { person } from './session'
import { clockTime, shortDay } from './times'

type Counted = { unsent: number; attention: number; oldest: string; state: SyncState | undefined }

async function count(of: string): Promise<Counted> {
  const entries = await listOutbox(of)
  const attention = entries.filter(({ state }) => state === 'attention').length
  const oldest = entries.map(({ recorded_at }) => recorded_at).sort(byTime)[0] ?? ''
  return { unsent: entries.length, attention, oldest, state: await database.states.get(of) }
}

const byTime = (one: string, other: string) => Date.parse(one) - Date.parse(other)

/** 待发 3 · 最早一条等了 2 天 */
function lineOf({ unsent, attention, oldest, state }: Counted, now: number): string {
  if (unsent === 0 && !state?.paused) return restingLine(state)
  const waiting = unsent - attention
  const long = waited({ unsent, oldest }, now)
  return [
    attention ? t('sync.attention', { n: attention }) : '',
    waiting || state?.paused ? t(`sync.${state?.paused ?? 'waiting'}`, { n: waiting }) : '',
    long ? t(`sync.waited_${long.unit}`, { n: long.n }) : '',
  ]
    .filter(Boolean)
    .join(' · ')
}

/** 全部已收到 14:32, with the day where it is another one: nobody may take yesterday's for today's. */
function restingLine(state: SyncState | undefined): string {
  const at = state?.last_answer_at
  if (!at) return t('sync.never')
  const isToday = shortDay(at) === shortDay(Date.now())
  return t('sync.all', { time: isToday ? clockTime(at) : `${shortDay(at)} ${clockTime(at)}` })
}

function toneOf({ attention, state }: Counted, warns: boolean) {
  if (attention > 0) return 'bad'
  return state?.paused || warns ? 'wait' : 'quiet'
}

function whyOf({ state }: Counted): string {
  if (sending.value) return t('sync.sending')
  if (!navigator.onLine) return t('sync.offline')
  return state?.failure ? t(`sync.${state.failure}`) : ''
}

export function useSyncWords() {
  const now = useNow()
  const counted = useLive(() => {
    const of = person.value
    return () => count(of)
  })
  const known = computed(() => counted.value ?? { unsent: 0, attention: 0, oldest: '', state: undefined })
  const warns = computed(() => isWorthAWarning(known.value, now.value))
  return {
    counted: known,
    line: computed(() => (counted.value ? lineOf(known.value, now.value) : '')),
    /** Many wait, or one waits long. */
    warns,
    tone: computed(() => toneOf(known.value, warns.value)),
    why: computed(() => whyOf(known.value)),
  }
}
