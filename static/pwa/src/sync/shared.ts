/**
 * A shared tablet keeps nothing of what the server has: no record, no answer, no feed about a person. What waits
 * stays, and so does the shift that is going on, or nobody could end it. A bare receipt with its seal stays for
 * step 8.3; only the server can read it.
 */
import { openShift, joined, shiftsOfEntries, shiftsOfFeed } from '@/rules/shifts'
import { database } from './database'
import { IN_OUTBOX } from './protocol'
import type { Entry, FeedRow, Receipt } from './types'

const FORGOTTEN_NOUNS = ['notice', 'receipt', 'shift']

export async function forgetReceived({ person, now }: { person: string; now: number }): Promise<void> {
  const { entries, receipts, feed } = database
  await database.transaction('rw', entries, receipts, feed, async () => {
    const own = await entries.where({ person }).toArray()
    const rows = await feed.where({ person }).and(({ noun }) => FORGOTTEN_NOUNS.includes(noun)).toArray()
    const needed = stillNeeded({ own, rows, now })
    await entries.bulkDelete(own.filter(({ id }) => !needed.has(id)).map(({ order }) => order!))
    await feed.bulkDelete(rows.filter(({ id }) => !needed.has(id)).map(({ noun, id }) => [person, noun, id]))
    await receipts.where({ person }).and(({ sealed }) => !sealed).delete()
    await receipts.where({ person }).modify((receipt, of) => {
      of.value = bare(receipt)
    })
  })
}

/** Ids of entries and shifts that are not over. */
function stillNeeded({ own, rows, now }: { own: Entry[]; rows: FeedRow[]; now: number }): Set<string> {
  const waiting = own.filter(({ state }) => IN_OUTBOX.includes(state))
  const fed = shiftsOfFeed(rows.filter(({ noun }) => noun === 'shift'))
  const open = openShift(joined(shiftsOfEntries(own), fed), now)
  // The feed may trail: until it says so too, only the entry here tells that a shift has ended.
  const unsaid = new Set(fed.flatMap(({ id, ended }) => (ended ? [] : id)))
  const ends = own.filter((entry) => entry.kind === 'shift_end' && unsaid.has(aboutOf(entry)))
  return new Set([...waiting, ...ends].map(({ id }) => id).concat(waiting.map(aboutOf), open?.id ?? []))
}

/** The id of what an entry speaks about, or of nothing. */
function aboutOf({ body }: Entry): string {
  const { shift_id, target_id } = body as { shift_id?: string; target_id?: string }
  return shift_id ?? target_id ?? ''
}

const bare = ({ person, id, status, receipt_no, sealed, epoch, stored_at }: Receipt): Receipt => ({
  ...{ person, id, status, receipt_no, sealed, epoch, stored_at },
})
