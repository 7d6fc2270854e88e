/** The state of sending in one line, and why it does not go on, if it does not. */
import { computed } from 'vue'
import { t } from '@/locales'
import { database } from '@/sync/database'
import { listOutbox } from '@/sync/outbox'
import type { SyncState } from '@/sync/types'
import { useLive } from './live'
import { sending } from './sending'
import { person } from './session'
import { clockTime } from './times'

type Counted = { unsent: number; attention: number; oldest: string; state: SyncState | undefined }

async function count(of: string): Promise<Counted> {
  const entries = await listOutbox(of)
  const attention = entries.filter(({ state }) => state === 'attention').length
  const oldest = entries.map(({ recorded_at }) => recorded_at).sort(byTime)[0] ?? ''
  return { unsent: entries.length, attention, oldest, state: await database.states.get(of) }
}

const byTime = (one: string, other: string) => Date.parse(one) - Date.parse(other)

function lineOf({ unsent, attention, state }: Counted): string {
  const waiting = unsent - attention
  if (state?.paused) return t(`sync.${state.paused}`, { n: unsent })
  if (attention > 0)
    return [
      t('sync.attention', { n: attention }),
      ...(waiting ? [t('sync.waiting', { n: waiting })] : []),
    ].join(' · ')
  if (waiting > 0) return t('sync.waiting', { n: waiting })
  if (!state?.last_answer_at) return t('sync.never')
  return t('sync.all', { time: clockTime(state.last_answer_at) })
}

function toneOf({ attention, state }: Counted) {
  if (attention > 0) return 'bad'
  return state?.paused ? 'wait' : 'quiet'
}

function whyOf({ state }: Counted): string {
  if (sending.value) return t('sync.sending')
  if (!navigator.onLine) return t('sync.offline')
  return state?.failure ? t(`sync.${state.failure}`) : ''
}

export function useSyncWords() {
  const counted = useLive(() => {
    const of = person.value
    return () => count(of)
  })
  const known = computed(() => counted.value ?? { unsent: 0, attention: 0, oldest: '', state: undefined })
  return {
    counted: known,
    line: computed(() => (counted.value ? lineOf(known.value) : '')),
    tone: computed(() => toneOf(known.value)),
    why: computed(() => whyOf(known.value)),
  }
}
