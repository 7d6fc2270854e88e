/** A member's own records: entries of this phone with their receipts, and receipts from the other phones. */
import { computed } from 'vue'
import { toldEntry } from '@/rules/records'
import { database } from '@/sync/database'
import type { Entry, Receipt } from '@/sync/types'
import { useLive } from './live'
import { person } from './session'

export type RecordRow = { id: string; entry: Entry; receipt: Receipt | undefined; changed: Change | null }
type Change = 'corrected' | 'withdrawn'

const SHOWN = 300

export function useRecords() {
  const answer = useLive(() => {
    const of = { person: person.value }
    return () => readRows(of)
  })
  const rows = computed(() => answer.value ?? [])
  return { rows, loading: computed(() => answer.value === undefined) }
}

async function readRows(of: { person: string }): Promise<RecordRow[]> {
  const own = await database.entries.where(of).toArray()
  const receipts = new Map(
    (await database.receipts.where(of).toArray()).map((receipt) => [receipt.id, receipt]),
  )
  const known = new Set(own.map(({ id }) => id))
  const told = [...receipts.values()].filter(({ id }) => !known.has(id)).map(toldEntry)
  const entries = [...own, ...told].sort(latestFirst).slice(0, SHOWN)
  const changed = changesByTarget(entries)
  return entries.map((entry) => {
    const { id } = entry
    return { id, entry, receipt: receipts.get(id), changed: changed.get(id) ?? null }
  })
}

const latestFirst = (one: Entry, other: Entry) => Date.parse(other.recorded_at) - Date.parse(one.recorded_at)

function changesByTarget(entries: Entry[]) {
  const changed = new Map<string, Change>()
  for (const { kind, body } of entries) {
    if (!('target_id' in body) || changed.get(body.target_id) === 'withdrawn') continue
    changed.set(body.target_id, kind === 'withdrawal' ? 'withdrawn' : 'corrected')
  }
  return changed
}
