/** Finding among all records that this phone knows, by what people remember of them. */
import { computed } from 'vue'
import { t } from '@/locales'
import { kindWords } from '@/locales/kinds'
import { holds } from '@/rules/search'
import { reasonWords, stateWords } from '@/rules/words'
import type { Entry, EntryState, Kind } from '@/sync/types'
import { useKept } from './kept'
import type { RecordRow } from './records'
import { useFeed } from './stations'
import { shortDay } from './times'

type Choice = { states?: EntryState[]; kinds?: Kind[] }

export const BY_STATE = {
  open: { states: ['recorded', 'waiting', 'attention'] },
  staff: { states: ['held', 'conflict', 'attention', 'closed'] },
} satisfies Record<string, Choice>
export const BY_KIND = {
  check_in: { kinds: ['check_in'] },
  shift: { kinds: ['shift_start', 'shift_end'] },
  reception: { kinds: ['reception'] },
  change: { kinds: ['correction', 'withdrawal'] },
} satisfies Record<string, Choice>

export type Filter = 'all' | keyof typeof BY_STATE | keyof typeof BY_KIND
const CHOICES: Record<Filter, Choice> = { all: {}, ...BY_STATE, ...BY_KIND }

type Places = (entry: Entry) => string

export function useRecordSearch({ rows, placeOf }: { rows: () => RecordRow[]; placeOf: Places }) {
  const search = useKept('search', '')
  const filter = useKept<Filter>('filter', 'all')
  const topics = useFeed('topic')
  const topicNames = computed(
    () => new Map((topics.value ?? []).map(({ data }) => [data.code, String(data.name)])),
  )

  function partsOf({ entry, receipt, by, behalf }: RecordRow) {
    const { topic, summary, reason } = entry.body as Record<string, string | undefined>
    return [
      ...[kindWords(`entry.${entry.kind}`), placeOf(entry), stateWords(t, entry.state, receipt), receipt?.receipt_no],
      ...[entry.recorded_at.slice(0, 10), entry.recorded_at && shortDay(entry.recorded_at)],
      ...[topicNames.value.get(topic), summary, reason, reasonWords(t, entry), by, behalf],
    ]
  }

  const isChosen = ({ entry }: RecordRow) => {
    const { states, kinds } = CHOICES[filter.value]
    return (!states || states.includes(entry.state)) && (!kinds || kinds.includes(entry.kind))
  }
  const searching = computed(() => search.value.trim() !== '' || filter.value !== 'all')
  const found = computed(() =>
    searching.value ? rows().filter((row) => isChosen(row) && holds(partsOf(row), search.value)) : rows(),
  )
  return { search, filter, searching, found }
}
