import '../phone'
import { beforeEach, describe, expect, it } from 'vitest'
import { database } from '@/sync/database'
import { synchronise } from '@/sync/client'
import * as outbox from '@/sync/outbox'
import { KEEP_MS } from '@/sync/protocol'
import { checksInAndWaits, emptyPhone, signsIn, stateOfEntry } from './cast'
import { Server } from './server'

let server: Server

beforeEach(async () => {
  await emptyPhone()
  server = new Server()
})

const state = async (person: string) => (await database.states.get(person))!

describe('sending', () => {
  it('delivers what waits and keeps the receipts', async () => {
    const li = await signsIn('li')
    const ids = await checksInAndWaits(li, 3)
    expect(await synchronise('routine')).toBe(0)
    expect(server.calls[0]).toMatchObject({
      cursor: null,
      pending: 0,
      authorization: 'Bearer token of phone of li',
    })
    for (const id of ids) expect(await stateOfEntry(id)).toBe('received')
    expect((await database.receipts.get([li.person, ids[0]!]))?.receipt_no).toBe(90000)
  })

  it('sends 60 entries in batches of 25 and says how many stay behind', async () => {
    await checksInAndWaits(await signsIn('li'), 60)
    await synchronise('routine')
    expect(server.calls.map(({ entries }) => entries.length)).toEqual([25, 25, 10])
    expect(server.calls.map(({ pending }) => pending)).toEqual([35, 10, 0])
    expect(server.facts.size).toBe(60)
  })

  it('packs what is worth packing', async () => {
    await checksInAndWaits(await signsIn('li'), 20)
    await synchronise('routine')
    await synchronise('routine')
    expect(server.calls.map(({ encoding }) => encoding)).toEqual(['gzip', null])
  })

  it('takes the position off the phone with the receipt, not before', async () => {
    const li = await signsIn('li')
    const { id } = await outbox.record({
      author: li,
      kind: 'check_in',
      body: {
        station_id: 's',
        purpose: 'duty',
        fix: { lat: 1, lon: 2, accuracy_m: 3, age_s: 0 },
        no_fix_reason: null,
      },
    })
    await outbox.freezeEntries({ person: li.person })
    server.script = () => 'no answer'
    await synchronise('routine')
    expect((await database.entries.where({ id }).first())!.body).toHaveProperty('fix')
    server.script = () => undefined
    await synchronise('tap')
    expect((await database.entries.where({ id }).first())!.body).toEqual({ station_id: 's', purpose: 'duty' })
  })

  it('repeats after a lost answer and gets the same receipt', async () => {
    const li = await signsIn('li')
    const [id] = await checksInAndWaits(li, 1)
    server.script = (call) => {
      call.entries.forEach((entry) => server.take(entry))
      return 'no answer'
    }
    await synchronise('routine')
    expect(await stateOfEntry(id!)).toBe('waiting')
    server.script = () => undefined
    await synchronise('tap')
    expect(await database.receipts.get([li.person, id!])).toMatchObject({
      status: 'duplicate',
      receipt_no: 90000,
    })
  })

  it('sends nothing of another person on the same phone', async () => {
    await checksInAndWaits(await signsIn('li'), 2)
    await signsIn('wang')
    await synchronise('start')
    expect(server.calls[0]).toMatchObject({ pending: 0, entries: [] })
  })

  it('sends old entries under the new sign-in with their old seq and device id', async () => {
    await checksInAndWaits(await signsIn('li', 'former phone'), 1)
    await checksInAndWaits(await signsIn('li', 'new phone'), 1)
    await synchronise('start')
    expect(server.calls[0]!.entries).toMatchObject([{ seq: 1, device_id: 'former phone' }, { seq: 1 }])
    expect(server.calls[0]!.entries[1]).not.toHaveProperty('device_id')
  })
})

describe('an entry that the server can’t take', () => {
  it('is found by halving and never blocks the others', async () => {
    const ids = await checksInAndWaits(await signsIn('li'), 9)
    const bad = ids[6]
    server.script = ({ entries }) =>
      entries.some(({ id }) => id === bad) ? { status: 400, code: 'sync.malformed' } : undefined
    await synchronise('routine')
    expect(await stateOfEntry(bad!)).toBe('attention')
    expect(server.facts.size).toBe(8)
    expect(server.calls.at(-1)!.pending).toBe(1)
  })

  it('stays with its reason, and a tap sends it again', async () => {
    const li = await signsIn('li')
    const [id] = await checksInAndWaits(li, 1)
    const rejected = { id: null, status: 'rejected', code: 'entry.unusable', message: '无法识别' }
    server.script = () => ({ results: [rejected] })
    await synchronise('routine')
    expect(await database.entries.where({ id: id! }).first()).toMatchObject({
      state: 'attention',
      reason: { code: 'entry.unusable', message: '无法识别' },
    })
    server.script = () => undefined
    await outbox.sendAgain(id!)
    await synchronise('tap')
    expect(await stateOfEntry(id!)).toBe('received')
  })

  it('is not asked for without end when the server says nothing about it', async () => {
    const [id] = await checksInAndWaits(await signsIn('li'), 1)
    server.script = () => ({ results: [] })
    await synchronise('routine')
    expect(server.calls).toHaveLength(1)
    expect(await stateOfEntry(id!)).toBe('waiting')
  })
})

describe('a seal that the server can’t take', () => {
  it('is set aside when it fails alone, blocks nothing, and is not tried again in this epoch', async () => {
    const li = await signsIn('li')
    const ids = await checksInAndWaits(li, 4)
    await synchronise('routine')
    server.epoch = 'epoch two'
    const bad = ids[2]
    server.script = ({ entries }) =>
      entries.some(({ id, sealed }) => sealed && id === bad) ? { status: 413 } : undefined
    const [fresh] = await checksInAndWaits(li, 1)
    await synchronise('tap')
    await synchronise('tap')
    const alone = server.calls.filter(({ entries }) => entries.length === 1 && entries[0]!.id === bad)
    expect(alone).toHaveLength(1)
    expect(await database.receipts.get([li.person, bad!])).toMatchObject({
      receipt_no: 90002,
      sealed: `sealed ${bad}`,
    })
    expect(await stateOfEntry(fresh!)).toBe('received')
  })
})

describe('a phone that is too full for what is new', () => {
  const full = () => {
    throw new DOMException('no room', 'QuotaExceededError')
  }

  it('still takes in its receipts, and asks for the rest again', async () => {
    const li = await signsIn('li')
    const [id] = await checksInAndWaits(li, 1)
    const stations = async () => (await database.feed.toArray()).map((row) => row.id)
    await database.feed.put({ person: li.person, noun: 'station', id: 'known', generation: 0, data: {} })
    server.changes = [{ noun: 'station', id: 'new', op: 'put', data: {} }]
    database.feed.hook('creating').subscribe(full)
    await synchronise('routine')
    database.feed.hook('creating').unsubscribe(full)
    expect(await stateOfEntry(id!)).toBe('received')
    expect((await state(li.person)).cursor).toBeNull()
    expect(await stations()).toEqual(['known'])
    await synchronise('tap')
    expect(await stations()).toEqual(['new'])
  })

  it('goes on waiting when not even the receipt fits', async () => {
    const li = await signsIn('li')
    const [id] = await checksInAndWaits(li, 1)
    database.receipts.hook('creating').subscribe(full)
    await expect(synchronise('routine')).rejects.toThrow()
    database.receipts.hook('creating').unsubscribe(full)
    expect(await stateOfEntry(id!)).toBe('waiting')
    await synchronise('tap')
    expect(await database.receipts.get([li.person, id!])).toMatchObject({ status: 'duplicate' })
  })
})

describe('a refusal of the whole call', () => {
  it('401 pauses sending and never recording', async () => {
    const li = await signsIn('li')
    const ids = await checksInAndWaits(li, 1)
    server.script = () => ({ status: 401, code: 'sign_in.required' })
    await synchronise('routine')
    ids.push(...(await checksInAndWaits(li, 1)))
    await synchronise('routine')
    expect(server.calls).toHaveLength(1)
    expect((await state(li.person)).paused).toBe('sign_in')
    server.script = () => undefined
    await outbox.resume(await signsIn('li'))
    await synchronise('routine')
    for (const id of ids) expect(await stateOfEntry(id)).toBe('received')
  })

  it('503 waits as long as the server asks, unless a tap ends it', async () => {
    const li = await signsIn('li')
    await checksInAndWaits(li, 1)
    server.script = () => ({ status: 503, headers: { 'Retry-After': '300' } })
    await synchronise('routine')
    expect((await state(li.person)).not_before - Date.now()).toBeGreaterThan(299_000)
    await synchronise('routine')
    await synchronise('online')
    expect(server.calls).toHaveLength(1)
    await synchronise('tap')
    expect(server.calls).toHaveLength(2)
    expect((await state(li.person)).failures).toBe(2)
  })
})

describe('the feed', () => {
  const station = (id: string, op = 'put') => ({ noun: 'station', id, op, data: { name: id } })
  const stations = async (person: string) =>
    (await database.feed.where({ person, noun: 'station' }).toArray()).map(({ id }) => id)

  it('is pulled until there is no more', async () => {
    const li = await signsIn('li')
    const pages: Record<string, object> = {
      null: { changes: [station('a')], cursor: 'c1', more: true },
      c1: {
        changes: [station('b'), { noun: 'weather', id: 'x', op: 'put', data: {} }],
        cursor: 'c2',
        more: false,
      },
    }
    server.script = ({ cursor }) => pages[String(cursor)]
    await synchronise('start')
    expect(await stations(li.person)).toEqual(['a', 'b'])
    expect((await state(li.person)).cursor).toBe('c2')
  })

  it('drops a row that left the scope', async () => {
    const li = await signsIn('li')
    server.changes = [station('a'), station('b')]
    await synchronise('start')
    server.changes = [station('a', 'remove')]
    await synchronise('tap')
    expect(await stations(li.person)).toEqual(['b'])
  })

  it('after a reset keeps the old rows until the new walk has ended, and the outbox throughout', async () => {
    const li = await signsIn('li')
    server.changes = [station('gone'), station('kept')]
    await synchronise('start')
    const [id] = await checksInAndWaits(li, 1)
    server.script = ({ cursor }) =>
      cursor === 'half'
        ? 'no answer'
        : { changes: [station('kept')], cursor: 'half', more: true, reset: true, results: [] }
    await synchronise('tap')
    expect(await stations(li.person)).toEqual(['gone', 'kept'])
    expect(await stateOfEntry(id!)).toBe('waiting')
    server.changes = [station('new')]
    server.script = () => undefined
    await synchronise('tap')
    expect((await stations(li.person)).sort()).toEqual(['kept', 'new'])
    expect(await stateOfEntry(id!)).toBe('received')
  })

  it('brings the release of a held entry', async () => {
    const li = await signsIn('li')
    const [id] = await checksInAndWaits(li, 1)
    server.script = () => ({
      results: [{ id: id!, status: 'held', receipt_no: 5, code: 'entry.station_unknown' }],
    })
    await synchronise('routine')
    expect(await stateOfEntry(id!)).toBe('held')
    const released = { id, status: 'accepted', receipt_no: 5, verdict: 'inside' }
    server.script = () => ({ changes: [{ noun: 'receipt', id: id!, op: 'put', data: released }] })
    await synchronise('tap')
    expect(await stateOfEntry(id!)).toBe('received')
    expect(await database.receipts.get([li.person, id!])).toMatchObject({ verdict: 'inside', receipt_no: 5 })
  })
})

describe('a server restored from last night’s backup', () => {
  it('gets its day back, before anything new', async () => {
    const li = await signsIn('li')
    const ids = await checksInAndWaits(li, 2)
    await synchronise('routine')
    server.epoch = 'epoch two'
    server.script = ({ cursor, entries }) =>
      cursor === 'c1' && entries.length === 0 ? { reset: true, cursor: null } : undefined
    await synchronise('tap')
    const given = server.calls.flatMap(({ entries }) => entries).filter(({ sealed }) => sealed)
    expect(given).toEqual(ids.map((id) => ({ id, sealed: `sealed ${id}` })))
    server.script = () => undefined
    await synchronise('tap')
    expect(server.calls.flatMap(({ entries }) => entries).filter(({ sealed }) => sealed)).toHaveLength(2)
  })

  it('may refuse a seal: the receipt stays, and it is not given again', async () => {
    const li = await signsIn('li')
    const [id] = await checksInAndWaits(li, 1)
    await synchronise('routine')
    server.epoch = 'epoch two'
    server.script = ({ entries }) =>
      entries.length ? { results: [{ id: id!, status: 'rejected', code: 'entry.seal_invalid' }] } : undefined
    await synchronise('tap')
    await synchronise('tap')
    expect(server.calls.filter(({ entries }) => entries.length)).toHaveLength(2)
    expect(await database.receipts.get([li.person, id!])).toMatchObject({ receipt_no: 90000, sealed: null })
    expect(await stateOfEntry(id!)).toBe('received')
  })

  it('gets no seal older than 30 days', async () => {
    const li = await signsIn('li')
    await checksInAndWaits(li, 1)
    await synchronise('routine')
    await database.receipts.where({ person: li.person }).modify({ stored_at: Date.now() - KEEP_MS })
    server.epoch = 'epoch two'
    await synchronise('tap')
    expect(server.calls.at(-1)!.entries).toEqual([])
  })
})
