/** Which months of records are on the screen, and the way back to earlier ones: asked for, or as this phone has them. */
import { computed, shallowRef, watch } from 'vue'
import type { Outcome } from '@/answers/fetching'
import { fetchMonth, listKeptMonths } from '@/answers/records'
import { firstMonths, monthOf, monthsOf } from '@/rules/months'
import { momentOf } from '@/rules/records'
import { KEEP_MS } from '@/sync/protocol'
import { useLive } from './live'
import type { RecordRow } from './records'
import { person, session } from './session'

const ENOUGH_ROWS = 20

export function useMonthsBack(rows: () => RecordRow[]) {
  const kept = useLive(() => {
    const of = person.value
    return () => listKeptMonths(of)
  })
  const opened = shallowRef<string[]>([])
  const outcome = shallowRef<Outcome | null>(null)
  const asking = shallowRef(false)
  const reachedEnd = shallowRef(false)

  const known = computed(() => monthsOf(rows().map(({ entry }) => momentOf(entry))))
  const first = computed(() => firstMonths(countByMonth(rows()), ENOUGH_ROWS))
  const months = computed(() => [...new Set([...first.value, ...opened.value])].sort().reverse())
  const oldest = computed(() => months.value.at(-1) ?? monthOf(Date.now()))
  const answerFor = (month: string) => kept.value?.find((answer) => answer.month === month)

  async function fetch(month: string): Promise<void> {
    asking.value = true
    outcome.value = await fetchMonth({ person: person.value, session: session.value, month })
    asking.value = false
  }

  /** One tap, one more month: the latest one before those shown that has anything. */
  async function goBack(): Promise<void> {
    const from = oldest.value
    if (!answerFor(from)) await fetch(from)
    const told = (await listKeptMonths(person.value)).find(({ month }) => month === from)?.earlier
    const next = [told, known.value.find((month) => month < from)].filter(Boolean).sort().at(-1)
    reachedEnd.value = !next && outcome.value !== 'offline'
    if (!next) return
    opened.value = [...opened.value, next]
    await fetch(next)
  }

  // What is older than a receipt's 30 days has no content on this phone any more.
  const bare = computed(() => first.value.find((month) => !answerFor(month) && isOld(month)))
  watch(bare, (month) => month && kept.value && void fetch(month), { immediate: true })

  return { months, goBack, asking, outcome, reachedEnd }
}

const isOld = (month: string) => month < monthOf(Date.now() - KEEP_MS)

function countByMonth(rows: RecordRow[]): [string, number][] {
  const counts = new Map<string, number>()
  for (const { entry } of rows) {
    const month = monthOf(momentOf(entry))
    counts.set(month, (counts.get(month) ?? 0) + 1)
  }
  return [...counts].sort(([one], [other]) => other.localeCompare(one))
}
