/**
 * The outbox: what was recorded on this phone and what the server said about it.
 *
 * One tap is one IndexedDB transaction, and so is one answer: after a crash at any point the phone is
 * before or after it, never between. IndexedDB runs writing transactions on the same table one after the
 * other, across tabs and the worker, so a `seq` is never given twice (2.2). Numbers are steps of
 * docs/sync-protocol.md.
 */
import Dexie from 'dexie'
import { v7 } from 'uuid'
import { database, evenIfFull } from './database'
import { betterFix, freeze, IN_OUTBOX, KEEP_MS, receiptOnly } from './protocol'
import type { Behalf, Bodies, Entry, Export, Fix, Kind, NoFixReason, SyncState } from './types'
import { localTime } from './time'

/** Who records: the person, and the device id of the person's session. */
export type Author = { person: string; device_id: string }

/** This load of the page or worker: only it knows how long ago its taps were (3.3). */
export const RUN = v7()

export type Recording<K extends Kind> = {
  author: Author
  kind: K
  body: Bodies[K]
  draft?: string
  behalf?: Behalf
}

/** 1.1: saves one entry, and clears the draft it came from in the same transaction. */
export async function record<K extends Kind>(recording: Recording<K>): Promise<Entry> {
  const { author, kind, body, draft, behalf } = recording
  const entry: Entry = {
    ...author,
    id: v7(),
    seq: null,
    state: 'recorded',
    kind,
    v: 1,
    recorded_at: localTime(new Date()),
    body,
    run: RUN,
    tapped_ms: performance.now(),
    reason: null,
    ...(behalf && { behalf }),
  }
  await database.transaction('rw', database.entries, database.drafts, async () => {
    await database.entries.add(entry)
    if (draft) await database.drafts.delete([author.person, draft])
  })
  return entry
}

/** 1.5: false when it was frozen in the meantime; it can then be withdrawn. */
export async function undo(id: string): Promise<boolean> {
  const undone = await database.entries
    .where({ id })
    .and(({ state }) => state === 'recorded')
    .delete()
  return undone > 0
}

/** 1.4: attaches a fix, or why there is none, as long as the entry is not frozen. */
export async function attachFix(id: string, found: Fix | NoFixReason): Promise<void> {
  const open = database.entries.where({ id }).and(({ state }) => state === 'recorded')
  await open.modify((entry) => {
    if (!('fix' in entry.body)) return
    if (typeof found !== 'string') {
      entry.body = { ...entry.body, fix: betterFix(entry.body.fix, found), no_fix_reason: null }
    } else if (!entry.body.fix) {
      entry.body = { ...entry.body, no_fix_reason: found }
    }
  })
}

/** 1.5: as long as it can be undone it can be put right. Does nothing to one that is frozen. */
export async function improve(id: string, better: (body: Entry['body']) => Entry['body']): Promise<void> {
  const open = database.entries.where({ id }).and(({ state }) => state === 'recorded')
  await open.modify((entry) => {
    entry.body = better(entry.body)
  })
}

/** 2: freezes one entry, or all of a person's. Returns how many were. */
export async function freezeEntries({ person, id }: { person: string; id?: string }): Promise<number> {
  return database.transaction('rw', database.entries, database.counters, async () => {
    const recorded = await database.entries.where({ person, state: 'recorded' }).toArray()
    // 2.2: what was recorded before it is frozen with it, so that `seq` follows the order of the taps.
    const last = id === undefined ? Infinity : (recorded.find((entry) => entry.id === id)?.order ?? -1)
    const ripe = recorded.filter((entry) => (entry.order ?? 0) <= last)
    for (const device_id of new Set(ripe.map((entry) => entry.device_id)))
      await freezeOfDevice(
        device_id,
        ripe.filter((entry) => entry.device_id === device_id),
      )
    return ripe.length
  })
}

async function freezeOfDevice(device_id: string, entries: Entry[]): Promise<void> {
  const counter = await database.counters.get(device_id)
  const { frozen, next } = freeze({ entries, next: counter?.next ?? 1 })
  await database.entries.bulkPut(frozen)
  await database.counters.put({ device_id, next })
}

/** 5.4: a tap asks for an entry that needs attention to be sent again. */
export async function sendAgain(id: string): Promise<void> {
  const stuck = database.entries.where({ id }).and(({ state }) => state === 'attention')
  await stuck.modify({ state: 'waiting', reason: null })
}

const inOutbox = (person: string) =>
  database.entries.where('[person+state]').anyOf(IN_OUTBOX.map((state) => [person, state]))

export const countInOutbox = (person: string): Promise<number> => inOutbox(person).count()

export const listOutbox = (person: string): Promise<Entry[]> => inOutbox(person).toArray()

export async function listWaiting(person: string): Promise<Entry[]> {
  return database.entries.where({ person, state: 'waiting' }).toArray()
}

/** 5.6: after 30 days an entry and its seal go, and only the receipt stays. What waits is never touched. */
export async function purge({ person, now }: { person: string; now: number }): Promise<void> {
  await database.transaction('rw', database.entries, database.receipts, async () => {
    const due = database.receipts
      .where('[person+stored_at]')
      .between([person, Dexie.minKey], [person, now - KEEP_MS], true, true)
    const old = new Map((await due.toArray()).map((receipt) => [receipt.id, receipt]))
    const entries = await database.entries.where('id').anyOf([...old.keys()]).toArray()
    for (const { id, state } of entries) if (IN_OUTBOX.includes(state)) old.delete(id)
    const own = new Map(entries.map((entry) => [entry.id, entry]))
    const receipts = [...old.values()].filter(({ id, sealed, body }) => sealed || body || own.has(id))
    await database.receipts.bulkPut(
      receipts.map((receipt) => receiptOnly({ receipt, entry: own.get(receipt.id) })),
    )
    await database.entries.where('id').anyOf([...old.keys()]).delete()
  })
}

/** 8.3: the receipts of a person that another epoch than this one answered for last. */
export async function listForeign({ person, epoch }: { person: string; epoch: string | null }) {
  if (epoch === null) return []
  const index = database.receipts.where('[person+epoch]')
  const before = index.between([person, Dexie.minKey], [person, epoch], true, false).toArray()
  const after = database.receipts
    .where('[person+epoch]')
    .between([person, epoch], [person, Dexie.maxKey], false, true)
  return [...(await before), ...(await after.toArray())]
}

export const noteExport = (made: Export): Promise<void> => evenIfFull(database.exports.put(made))

/** The last rescue file that was made of this person's outbox. */
export async function lastExport(person: string): Promise<Export | undefined> {
  const made = database.exports.where('[person+made_at]')
  return made.between([person, Dexie.minKey], [person, Dexie.maxKey]).last()
}

const FRESH = { cursor: null, epoch: null, generation: 0, failures: 0, failure: null, not_before: 0 }

/** 7.7: the person's sync state under this device id; another device id starts its feed at null. */
export async function stateOf({ person, device_id }: Author): Promise<SyncState> {
  return database.transaction('rw', database.states, async () => {
    const known = await database.states.get(person)
    if (known?.device_id === device_id) return known
    const state = { ...FRESH, last_answer_at: null, ...known, person, device_id, cursor: null, paused: null }
    await database.states.put(state)
    return state
  })
}

/** After signing in: nothing stands in the way of sending any more. */
export async function resume(author: Author): Promise<void> {
  await stateOf(author)
  await database.states.update(author.person, { paused: null, failures: 0, failure: null, not_before: 0 })
}

export async function saveDraft({ person, name, value }: { person: string; name: string; value: unknown }) {
  await database.drafts.put({ person, name, value, saved_at: Date.now() })
}

export async function findDraft({ person, name }: { person: string; name: string }) {
  return database.drafts.get([person, name])
}

export async function dropDraft({ person, name }: { person: string; name: string }) {
  await database.drafts.delete([person, name])
}
