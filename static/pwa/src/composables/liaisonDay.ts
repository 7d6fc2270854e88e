/** Today at a liaison's stations, as the server last told, and what this phone has entered for others since. */
import { computed } from 'vue'
import { fetchAnswer } from '@/answers/fetching'
import type { LiaisonDay } from '@/rules/liaisonDay'
import { database } from '@/sync/database'
import { localTime } from '@/sync/time'
import { useAnswer } from './answers'
import { useLive } from './live'
import { person, session } from './session'

const PATH = '/api/v1/liaison-day'

export const useLiaisonDay = () => useAnswer<LiaisonDay>(() => PATH)

/** So that names and stations are there when there is no network. */
export const keepLiaisonDay = () =>
  fetchAnswer({ person: person.value, session: session.value, path: PATH })

/** What was entered for others on this phone today, latest first, and what it said about receptions. */
export function useEntered() {
  const entries = useLive(() => {
    const of = { person: person.value }
    return () => database.entries.where(of).reverse().limit(200).toArray()
  })
  const today = localTime(new Date()).slice(0, 10)
  const forOthers = computed(() =>
    (entries.value ?? []).filter(({ behalf, recorded_at }) => behalf && recorded_at.startsWith(today)),
  )
  /** Ids of receptions and shifts about which this phone has already said something. */
  const spokenOf = computed(
    () =>
      new Set(
        (entries.value ?? []).map(({ body }) =>
          'target_id' in body ? body.target_id : 'shift_id' in body ? body.shift_id : null,
        ),
      ),
  )
  return { forOthers, spokenOf }
}
