import '../phone'
import Dexie from 'dexie'
import { beforeEach, describe, expect, it } from 'vitest'
import { synchronise } from '@/sync/client'
import { database } from '@/sync/database'
import * as outbox from '@/sync/outbox'
import type { Author } from '@/sync/outbox'
import { checksIn, emptyPhone, presence, signsIn, stateOfEntry } from './cast'
import schemas from './former-schemas.json'
import { Server } from './server'

let li: Author
let server: Server

beforeEach(async () => {
  await emptyPhone()
  server = new Server()
  li = await signsIn('li')
})

const row = (id: string, given: object) => ({
  ...li,
  id,
  seq: null,
  state: 'waiting',
  kind: 'check_in',
  v: 1,
  recorded_at: '2026-11-21T15:58:02.113+08:00',
  body: { ...presence, purpose: 'duty' },
  run: 'a former run',
  tapped_ms: 1000,
  reason: null,
  ...given,
})

const receipt = (id: string, given: object) => ({
  person: li.person,
  id,
  status: 'accepted',
  receipt_no: 5,
  sealed: `sealed ${id}`,
  epoch: 'epoch one',
  stored_at: Date.now(),
  ...given,
})

/** The phone as a former version of the app left it. `asked` is how that version asks for a seal. */
async function leaveAs(version: keyof typeof schemas, asked: string | null) {
  await database.delete({ disableAutoOpen: false })
  const former = new Dexie('workstation')
  former.version(Number(version)).stores(schemas[version])
  await former.open()
  await former
    .table('entries')
    .bulkAdd([
      row('received', { state: 'received', seq: 3 }),
      row('waiting', { seq: 4 }),
      row('attention', { state: 'attention', seq: 5 }),
      row('recorded', { state: 'recorded' }),
    ])
  await former
    .table('receipts')
    .bulkAdd([receipt('received', { epoch: asked }), receipt('elsewhere', { sealed: null })])
  await former.table('counters').add({ device_id: li.device_id, next: 6 })
  const known = { cursor: 'c1', epoch: 'epoch one', generation: 2, paused: null, failures: 0, failure: null }
  await former.table('states').add({ ...li, ...known, not_before: 0, last_answer_at: 1 })
  await former.table('drafts').add({ person: li.person, name: 'reception', value: { summary: '路灯' } })
  former.close()
}

describe.each([
  ['1', null],
  ['2', ''],
] as const)('a phone that comes from version %s', (version, asked) => {
  beforeEach(() => leaveAs(version, asked))

  it('has all its rows, and goes on counting', async () => {
    expect(await outbox.countInOutbox(li.person)).toBe(3)
    expect(database.verno).toBe(3)
    await checksIn(li)
    await outbox.freezeEntries({ person: li.person })
    const seqs = (await database.entries.toArray()).map(({ seq }) => seq)
    expect(seqs).toEqual([3, 4, 5, 6, 7])
    expect(await outbox.findDraft({ person: li.person, name: 'reception' })).toMatchObject({
      value: { summary: '路灯' },
    })
  })

  it('sends what waited, and gives back the seal that was asked for', async () => {
    await outbox.freezeEntries({ person: li.person })
    expect(await synchronise('start')).toBe(0)
    const sent = server.calls.flatMap(({ entries }) => entries)
    expect(sent.map(({ id }) => id)).toEqual(['received', 'waiting', 'recorded'])
    expect(sent[0]).toEqual({ id: 'received', sealed: 'sealed received' })
    expect(sent.slice(1).map(({ seq }) => seq)).toEqual([4, 6])
    expect(await stateOfEntry('attention')).toBe('attention')
  })
})

it('a tab with the former code goes on recording into the newer database', async () => {
  await leaveAs('1', null)
  await database.open()
  const former = new Dexie('workstation')
  former.version(1).stores(schemas[1])
  await former.table('entries').add(row('from the former tab', { state: 'recorded' }))
  former.close()
  await outbox.freezeEntries({ person: li.person })
  await synchronise('tap')
  expect(await stateOfEntry('from the former tab')).toBe('received')
})
