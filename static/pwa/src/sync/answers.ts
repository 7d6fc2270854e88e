/**
 * Taking in one answer of the server, in one IndexedDB transaction: results, receipts, changes and cursor
 * (7.1). A crash before its end leaves the phone as if no answer had come, and sending again gives the
 * same receipts.
 */
import Dexie from 'dexie'
import { database } from './database'
import { afterChange, afterResult, asksForSeals, matchResults, withoutSecrets } from './protocol'
import { ASKED, type Change, type Entry, type Reason, type Receipt, type Result } from './types'
import type { SyncAnswer, SyncState, Told } from './types'

export type Sent = { ids: string[]; answer: SyncAnswer; state: SyncState; now: number }

const TABLES = [database.entries, database.receipts, database.feed, database.states]

/** Returns the ids that got no result (5.5). */
export async function takeIn({ ids, answer, state, now }: Sent): Promise<string[]> {
  return database.transaction('rw', TABLES, async () => {
    const { person, device_id } = state
    const results = matchResults(ids, answer.results ?? [])
    const walk = walkOf({ answer, state })
    if (walk.sealsWanted) await askForSeals(person)
    for (const [id, result] of results) await takeResult({ person, id, result, epoch: answer.epoch, now })
    await takeChanges({ person, answer, generation: walk.generation, now })
    const known = { cursor: answer.cursor, epoch: answer.epoch, generation: walk.generation }
    const calm = { paused: null, failures: 0, failure: null, not_before: 0, last_answer_at: now }
    await database.states.put({ person, device_id, ...known, ...calm })
    return ids.filter((id) => !results.has(id))
  })
}

/** 7.6, 8.2, 8.3 */
function walkOf({ answer, state }: { answer: SyncAnswer; state: SyncState }) {
  const { cursor, generation, epoch: known } = state
  const begins = cursor === null || answer.reset
  const sealsWanted = asksForSeals({ known, epoch: answer.epoch, reset: answer.reset, cursor })
  return { generation: begins ? generation + 1 : generation, sealsWanted }
}

/** 8.3: those without a seal have no epoch, and are not in the index. */
async function askForSeals(person: string): Promise<void> {
  const sealed = database.receipts
    .where('[person+epoch]')
    .between([person, Dexie.minKey], [person, Dexie.maxKey])
  await sealed.modify({ epoch: ASKED })
}

type Taken = { person: string; id: string; result: Result; epoch: string; now: number }

async function takeResult({ person, id, result, epoch, now }: Taken): Promise<void> {
  const known = await database.receipts.get([person, id])
  if (typeof result.receipt_no === 'number') {
    const seen = result.sealed ? epoch : null
    await database.receipts.put({ ...result, id, person, epoch: seen, stored_at: known?.stored_at ?? now })
  } else if (known) {
    await dropSeal(known)
  }
  await database.entries.where({ person, id }).modify((entry) => settle({ entry, result }))
}

/** 8.4: a seal that this server can't open; the receipt stays. */
async function dropSeal(known: Receipt): Promise<void> {
  await database.receipts.put({ ...known, sealed: null, epoch: null })
}

/** Only a waiting entry becomes anything by a result: a given-back seal leaves its entry as it was. */
function settle({ entry, result }: { entry: Entry; result: Result }): void {
  if (entry.state !== 'waiting') return
  entry.state = afterResult(result)
  entry.reason = reasonOf(result)
  if (entry.state !== 'attention') entry.body = withoutSecrets(entry.body)
}

function reasonOf({ code, message }: Result): Reason | null {
  return code || message ? { code: code ?? null, message: message ?? null } : null
}

type Walk = { person: string; answer: SyncAnswer; generation: number; now: number }

async function takeChanges({ person, answer, generation, now }: Walk): Promise<void> {
  const { changes, epoch, more } = answer
  for (const change of changes ?? []) {
    if (change.noun === 'receipt') await takeReceipt({ person, change, epoch, now })
    else await takeRow({ person, change, generation })
  }
  if (!more) await dropOlder({ person, generation })
}

async function takeRow(given: { person: string; change: Change; generation: number }): Promise<void> {
  const { person, change, generation } = given
  const { noun, id, op, data } = change
  if (op === 'put') await database.feed.put({ person, noun, id, generation, data: data ?? {} })
  if (op === 'remove') await database.feed.delete([person, noun, id])
}

/** 5.7: the receipt of a held entry that became a fact, or of an entry from the person's other phone. */
async function takeReceipt(given: {
  person: string
  change: Change
  epoch: string
  now: number
}): Promise<void> {
  const { person, change, epoch, now } = given
  if (change.op !== 'put' || !change.data) return
  // A settled conflict comes under an id of its own and names its entry: only who holds it has that number.
  const id = typeof change.data.id === 'string' ? change.data.id : change.id
  const result = { ...change.data, id } as Result & Told & { id: string }
  const known = await database.receipts.get([person, id])
  if (!known && id !== change.id) return
  if (known && (known.receipt_no !== result.receipt_no || goesBack({ known, result }))) return
  // News of staff's decision brings no seal: the one from the answer is still the phone's only copy.
  const receipt = { ...known, ...result, sealed: result.sealed ?? known?.sealed ?? null }
  const told = { person, epoch: receipt.sealed ? epoch : null, stored_at: known?.stored_at ?? now }
  await database.receipts.put({ ...receipt, ...told })
  await database.entries.where({ person, id }).modify((entry) => {
    const state = afterChange({ state: entry.state, receipt_no: known?.receipt_no ?? null, change: result })
    if (state !== entry.state) entry.reason = reasonOf(result)
    entry.state = state
  })
}

/** 5.7: the feed may trail, so a fact never becomes held again by it. */
function goesBack({ known, result }: { known: Result; result: Result }): boolean {
  return result.status === 'held' && (known.status === 'accepted' || known.status === 'duplicate')
}

async function dropOlder({ person, generation }: { person: string; generation: number }): Promise<void> {
  const older = database.feed
    .where('[person+generation]')
    .between([person, -1], [person, generation], true, false)
  await older.delete()
}
