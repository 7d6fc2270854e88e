/** One's own months of a year: the server's figures, kept; and until they were ever seen, what this phone knows. */
import { computed } from 'vue'
import { ownMonths, sumOf, type OwnMonth } from '@/rules/ownMonths'
import { useAnswer } from './answers'
import { useRecords } from './records'
import { useFeed } from './stations'

type Told = { year: number; as_of: string; months: OwnMonth[]; first_year: number | null }

export function useOwnMonths(year: () => number) {
  const { data, fetchedAt, outcome, ask, loading } = useAnswer<Told>(
    () => `/api/v1/records/months?year=${year()}`,
  )
  const shifts = useFeed('shift')
  const { rows } = useRecords()
  const local = computed(() =>
    ownMonths({ shifts: shifts.value ?? [], records: rows.value, now: Date.now() }),
  )
  const months = computed(
    () => data.value?.months ?? local.value.filter(({ month }) => month.startsWith(String(year()))),
  )
  const firstYear = computed(
    () => data.value?.first_year ?? (Number(local.value.at(-1)?.month.slice(0, 4)) || null),
  )
  return {
    months,
    total: computed(() => sumOf(months.value)),
    firstYear,
    isLocal: computed(() => !data.value),
    fetchedAt,
    outcome,
    ask,
    loading,
  }
}
