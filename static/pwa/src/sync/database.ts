/**
 * The phone's own database. Every row belongs to a person (step 1.3); compound keys begin with the person.
 *
 * Former versions stay declared: a phone that slept through updates comes with its unsent rows, and its
 * other tabs may still run the former code on the newer database.
 */
import Dexie, { type EntityTable, type Table, type Transaction } from 'dexie'
import { ASKED, type Draft, type Entry, type Export, type FeedRow, type Receipt, type SyncState } from './types'

type Counter = { device_id: string; next: number }
type Setting = { name: string; value: unknown }

export class OutboxDatabase extends Dexie {
  entries!: EntityTable<Entry, 'order'>
  receipts!: Table<Receipt, [string, string]>
  counters!: EntityTable<Counter, 'device_id'>
  feed!: Table<FeedRow, [string, string, string]>
  states!: EntityTable<SyncState, 'person'>
  drafts!: Table<Draft, [string, string]>
  settings!: EntityTable<Setting, 'name'>
  exports!: Table<Export, [string, number]>

  constructor(name = 'workstation') {
    // strict: the browser says "done" only after the disk did. 已存本机 means just that.
    super(name, { chromeTransactionDurability: 'strict' })
    this.version(1).stores({
      entries: '++order, &id, person, [person+id], [person+state]',
      receipts: '[person+id], person',
      counters: 'device_id',
      feed: '[person+noun+id], [person+noun], [person+generation]',
      states: 'person',
      drafts: '[person+name]',
      settings: 'name',
    })
    this.version(2)
      .stores({ receipts: '[person+id], person, [person+epoch], [person+stored_at]' })
      .upgrade(askForSeals)
    this.version(3).stores({ exports: '[person+made_at]' })
  }
}

/** Version 1 asked with null, which an index leaves out. */
async function askForSeals(upgrade: Transaction): Promise<void> {
  const asked = upgrade.table<Receipt>('receipts').filter(({ epoch, sealed }) => epoch === null && !!sealed)
  await asked.modify({ epoch: ASKED })
}

export const database = new OutboxDatabase()

const TRIAL_BYTES = 1_000_000 // more than a busy month of records
const RANDOM_BYTES_AT_ONCE = 65_536

/** Is there room for a large trial? It cannot be compressed, and is taken away again. */
export async function tryRoom(): Promise<boolean> {
  const value = new Uint8Array(TRIAL_BYTES)
  for (let at = 0; at < TRIAL_BYTES; at += RANDOM_BYTES_AT_ONCE)
    crypto.getRandomValues(value.subarray(at, at + RANDOM_BYTES_AT_ONCE))
  try {
    await database.settings.put({ name: 'trial', value })
    await database.settings.delete('trial')
    return true
  } catch (reason) {
    if (isFull(reason)) return false
    throw reason
  }
}

/** What a full phone can't store is left undone; any other trouble is still told. */
export async function evenIfFull(storing: PromiseLike<unknown>): Promise<void> {
  try {
    await storing
  } catch (reason) {
    if (!isFull(reason)) throw reason
  }
}

/** Did the browser refuse to store more? Dexie hands the reason on as such, or inside of its own. */
export function isFull(reason: unknown): boolean {
  const { name, inner } = (reason ?? {}) as { name?: string; inner?: unknown }
  return name === 'QuotaExceededError' || (inner !== undefined && inner !== reason && isFull(inner))
}
