/**
 * A shared tablet, a phone that was signed out, and one that was stopped keep nothing of what the server has: no
 * record, no answer, no feed about a person. What waits stays, and so does the shift that is going on, or nobody
 * could end it. A bare receipt with its seal stays for step 8.3; only the server can read it.
 */
import { STOPPED } from '@/rules/attention'
import { openShift, joined, shiftsOfEntries, shiftsOfFeed } from '@/rules/shifts'
import { database } from './database'
import type { Author } from './outbox'
import { IN_OUTBOX } from './protocol'
import type { Entry, EntryState, FeedRow, Receipt } from './types'

const FORGOTTEN_NOUNS = ['notice', 'receipt', 'shift']

export async function forgetReceived({ person, now, keeping = IN_OUTBOX }: Forgetting): Promise<void> {
  const { entries, receipts, feed } = database
  await database.transaction('rw', entries, receipts, feed, async () => {
    const own = await entries.where({ person }).toArray()
    const rows = await feed.where({ person }).and(({ noun }) => FORGOTTEN_NOUNS.includes(noun)).toArray()
    const needed = stillNeeded({ own, rows, now, keeping })
    await entries.bulkDelete(own.filter(({ id }) => !needed.has(id)).map(({ order }) => order!))
    await feed.bulkDelete(rows.filter(({ id }) => !needed.has(id)).map(({ noun, id }) => [person, noun, id]))
    await receipts.where({ person }).and(({ sealed }) => !sealed).delete()
    await receipts.where({ person }).modify((receipt, of) => {
      of.value = bare(receipt)
    })
  })
}

type Forgetting = { person: string; now: number; keeping?: readonly EntryState[] }

/** What waits, and the few that tell their author why the station must be asked: without name and position. */
const OF_STOPPED: readonly EntryState[] = [...IN_OUTBOX, 'held']

/** The server has said of this device's own entries that it, or its person, was stopped. */
export async function forgetIfStopped({ person, device_id }: Author): Promise<void> {
  const held = database.entries.where({ person, state: 'held' })
  const stopped = await held
    .filter((entry) => entry.device_id === device_id && STOPPED.includes(entry.reason?.code ?? ''))
    .count()
  if (stopped) await forgetReceived({ person, now: Date.now(), keeping: OF_STOPPED })
}

type Needing = { own: Entry[]; rows: FeedRow[]; now: number; keeping: readonly EntryState[] }

/** Ids of entries and shifts that are not over. */
function stillNeeded({ own, rows, now, keeping }: Needing): Set<string> {
  const waiting = own.filter(({ state }) => keeping.includes(state))
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
