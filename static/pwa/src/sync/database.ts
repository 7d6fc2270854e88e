/**
 * The phone's own database. Every row belongs to a person (step 1.3); compound keys begin with the person.
 */
import Dexie, { type EntityTable, type Table } from 'dexie'
import type { Draft, Entry, FeedRow, Receipt, SyncState } from './types'

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
  }
}

export const database = new OutboxDatabase()
