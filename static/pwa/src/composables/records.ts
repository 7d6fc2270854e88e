/**
 * A member's own records: entries of this phone with their receipts, receipts from the other phones, and what the
 * server told of months that this phone no longer holds.
 */
import { computed } from 'vue'
import { listKeptMonths, type ServerRecord } from '@/answers/records'
import { deedsOf } from '@/rules/notices'
import { asReceipt, changesByTarget, isTold, latestFirst, toldEntry, type Change } from '@/rules/records'
import { database } from '@/sync/database'
import type { Entry, Receipt } from '@/sync/types'
import { useLive } from './live'
import { person } from './session'

export type RecordRow = {
  id: string
  entry: Entry
  receipt: Receipt | undefined
  changed: Change | null
  /** Whose hand wrote it and in whose name, where that is somebody else's. */
  by: string | null
  behalf: string | null
  /** Recorded on another phone of the same person. */
  elsewhere: boolean
}

export function useRecords() {
  const answer = useLive(() => {
    const of = person.value
    return () => readRows(of)
  })
  const rows = computed(() => answer.value ?? [])
  return { rows, loading: computed(() => answer.value === undefined) }
}

async function readRows(of: string): Promise<RecordRow[]> {
  const own = await database.entries.where({ person: of }).toArray()
  const receipts = await database.receipts.where({ person: of }).toArray()
  const notices = await database.feed.where({ person: of, noun: 'notice' }).toArray()
  const served = new Map(
    (await listKeptMonths(of)).flatMap(({ records }) => records.map((each) => [each.id, each])),
  )
  const deeds = deedsOf(notices)
  const known = joined({ person: of, receipts, served })
  const entries = [...own, ...untold(own, known)].sort(latestFirst)
  const changed = changesByTarget([...entries, ...deeds])
  const writers = new Map(deeds.map(({ entry_id, by_name }) => [entry_id, by_name]))
  const onThisPhone = new Set(receipts.map(({ id }) => id))
  return entries.map((entry) => ({
    id: entry.id,
    entry,
    receipt: known.get(entry.id),
    changed: changed.get(entry.id) ?? null,
    by: served.get(entry.id)?.by_name ?? writers.get(entry.id) ?? null,
    behalf: served.get(entry.id)?.for_name ?? entry.behalf?.name ?? null,
    elsewhere: isTold(entry) && onThisPhone.has(entry.id),
  }))
}

type Sources = { person: string; receipts: Receipt[]; served: Map<string, ServerRecord> }

/** This phone's receipts, with the content that it dropped and the server still knows. */
function joined({ person, receipts, served }: Sources): Map<string, Receipt> {
  const known = new Map([...served].map(([id, record]) => [id, asReceipt({ person, record })]))
  for (const receipt of receipts) {
    const told = known.get(receipt.id)
    known.set(receipt.id, { ...receipt, body: receipt.body ?? told?.body ?? null })
  }
  return known
}

function untold(own: Entry[], known: Map<string, Receipt>): Entry[] {
  const here = new Set(own.map(({ id }) => id))
  // What a shared tablet has forgotten is a number and a seal, without a time.
  const told = [...known.values()].filter(({ id }) => !here.has(id)).map(toldEntry)
  return told.filter(({ recorded_at }) => recorded_at !== '')
}
