import '../phone'
import { beforeEach, describe, expect, it } from 'vitest'
import { findSession, keepSession, listSenders, sessionDatabase } from '@/api/sessions'
import { synchronise } from '@/sync/client'
import { database } from '@/sync/database'
import { freezeEntries, record, type Author } from '@/sync/outbox'
import { checksIn, checksInAndWaits, emptyPhone, presence, signsIn, stateOfEntry } from './cast'
import { Server } from './server'

let server: Server

beforeEach(async () => {
  await emptyPhone()
  server = new Server()
})

/** Signs in on the tablet and becomes one of those who share it. */
async function joins(name: string, device_id?: string): Promise<Author> {
  const author = await signsIn(name, device_id)
  const session = (await findSession('member'))!
  const pin = { salt: new Uint8Array(1), rounds: 1, hash: new ArrayBuffer(1) }
  await sessionDatabase.holders.add({ device_id: session.device_id, session, pin })
  await sessionDatabase.sessions.clear()
  return author
}

async function onDuty(author: Author, kind: 'shift_start' | 'shift_end', shift_id = '') {
  const body = kind === 'shift_start' ? presence : { shift_id }
  const { id } = await record({ author, kind, body: body as never })
  await freezeEntries({ person: author.person })
  return id
}

const entryIds = async () => (await database.entries.toArray()).map(({ id }) => id)
const tokens = () => server.calls.map(({ authorization }) => authorization.split(' ').at(-1))

describe('a shared tablet', () => {
  it('sends everybody’s entries, one person after the other, each with the own token', async () => {
    const people = [await joins('li'), await joins('wang'), await joins('zhao')]
    const ids = await Promise.all(people.map((author) => checksInAndWaits(author, 1)))
    expect(await synchronise('routine')).toBe(0)
    const sent = server.calls.map(({ entries }, place) => [tokens()[place], entries.map(({ id }) => id)])
    expect(sent).toEqual([['li', ids[0]], ['wang', ids[1]], ['zhao', ids[2]]])
  })

  it('sends the others’ when one person’s token is dead', async () => {
    const [li, wang] = [await joins('li'), await joins('wang')]
    const [mine] = await checksInAndWaits(li, 1)
    await checksInAndWaits(wang, 1)
    server.script = ({ authorization }) =>
      authorization.endsWith('of li') ? { status: 401, code: 'sign_in.required' } : undefined
    expect(await synchronise('routine')).toBe(1)
    expect(await stateOfEntry(mine!)).toBe('waiting')
    expect((await database.states.get(li.person))?.paused).toBe('sign_in')
    expect([...server.facts]).toHaveLength(1)
  })

  it('sends the others’ when one person’s answer makes no sense', async () => {
    const [li, wang] = [await joins('li'), await joins('wang')]
    await checksInAndWaits(li, 1)
    const [theirs] = await checksInAndWaits(wang, 1)
    server.script = ({ authorization }) =>
      authorization.endsWith('of li') ? { results: 'none' as unknown as [] } : undefined
    await expect(synchronise('routine')).rejects.toThrow()
    expect(server.facts.has(theirs!)).toBe(true)
  })

  it('keeps nothing of what was received but a seal', async () => {
    const li = await joins('li')
    const [id] = await checksInAndWaits(li, 1)
    const told = { id: 'elsewhere', status: 'accepted', receipt_no: 5, kind: 'check_in', recorded_at: 'then' }
    server.changes = [
      { noun: 'receipt', id: 'elsewhere', op: 'put', data: told },
      { noun: 'notice', id: 'n', op: 'put', data: { code: 'entry.on_behalf' } },
      { noun: 'station', id: 's', op: 'put', data: { name: '一站' } },
    ]
    await synchronise('routine')
    expect(await entryIds()).toEqual([])
    expect((await database.feed.toArray()).map(({ noun }) => noun)).toEqual(['station'])
    const [receipt, ...more] = await database.receipts.toArray()
    expect(more).toEqual([])
    expect(receipt).toEqual({
      ...{ person: li.person, id, status: 'accepted', receipt_no: 90000, sealed: `sealed ${id}` },
      ...{ epoch: 'epoch one', stored_at: receipt!.stored_at },
    })
  })

  it('gives the seals back after a restore', async () => {
    const [id] = await checksInAndWaits(await joins('li'), 1)
    await synchronise('routine')
    server.epoch = 'epoch two'
    await synchronise('routine')
    expect(server.calls.at(-1)?.entries).toEqual([{ id, sealed: `sealed ${id}` }])
  })

  it('keeps what waits, what needs attention, and the shift that is going on', async () => {
    const li = await joins('li')
    const start = await onDuty(li, 'shift_start')
    await synchronise('routine')
    expect(await entryIds()).toEqual([start])
    server.script = ({ entries }) =>
      entries.length ? { results: entries.map(({ id }) => ({ id, status: 'rejected' })) } : undefined
    const [stuck] = await checksInAndWaits(li, 1)
    await synchronise('routine')
    const open = await checksIn(li)
    await synchronise('routine')
    expect(await entryIds()).toEqual([start, stuck, open.id])
  })

  it('forgets a shift when its end is received and the feed says so too', async () => {
    const li = await joins('li')
    const start = await onDuty(li, 'shift_start')
    const data = { station_id: 'a station', started_at: new Date().toISOString() }
    server.changes = [{ noun: 'shift', id: start, op: 'put', data }]
    await synchronise('routine')
    const end = await onDuty(li, 'shift_end', start)
    server.changes = []
    await synchronise('routine')
    expect(await entryIds()).toEqual([end]) // the feed trails, and would call the shift open
    server.changes = [{ noun: 'shift', id: start, op: 'put', data: { ...data, ended_at: 'then' } }]
    await synchronise('routine')
    await synchronise('routine')
    expect(await entryIds()).toEqual([])
    expect(await database.feed.toArray()).toEqual([])
  })

  it('sends as the new device when a person enrolled again', async () => {
    await joins('li')
    await signsIn('li', 'phone of li again')
    expect((await listSenders()).map(({ device_id }) => device_id)).toEqual(['phone of li again'])
  })

  it('keeps a holder’s session where it is when its facts change', async () => {
    await joins('li')
    const [holder] = await sessionDatabase.holders.toArray()
    await keepSession({ ...holder!.session, token: 'another' })
    expect(await findSession('member')).toBeUndefined()
    expect((await sessionDatabase.holders.get(holder!.device_id))?.session.token).toBe('another')
  })
})
