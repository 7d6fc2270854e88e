import { computed } from 'vue'
import { forgottenShift, joined, openShift, shiftsOfEntries, shiftsOfFeed } from '@/rules/shifts'
import { database } from '@/sync/database'
import { useNow } from './clock'
import { useLive } from './live'
import { person } from './session'
import { useFeed } from './stations'

/** What goes on now, and what was left without an end. */
export function useShifts() {
  const now = useNow()
  const fed = useFeed('shift')
  const entries = useLive(() => {
    const of = { person: person.value }
    const kinds = ['shift_start', 'shift_end', 'withdrawal']
    return () =>
      database.entries
        .where(of)
        .and(({ kind, behalf }) => kinds.includes(kind) && !behalf)
        .toArray()
  })
  const shifts = computed(() => joined(shiftsOfEntries(entries.value ?? []), shiftsOfFeed(fed.value ?? [])))
  return {
    now,
    open: computed(() => openShift(shifts.value, now.value)),
    forgotten: computed(() => forgottenShift(shifts.value, now.value)),
  }
}
