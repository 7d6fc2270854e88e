/** What staff decide about an entry, as the feed tells its phone. */
import '../phone'
import { beforeEach, describe, expect, it } from 'vitest'
import { synchronise } from '@/sync/client'
import { database } from '@/sync/database'
import type { Author } from '@/sync/outbox'
import type { Result, Told } from '@/sync/types'
import { checksInAndWaits, emptyPhone, signsIn, stateOfEntry } from './cast'
import { Server } from './server'

let server: Server
let li: Author

beforeEach(async () => {
  await emptyPhone()
  server = new Server()
  li = await signsIn('li')
})

/** One entry that was answered like this. */
async function answered(result: Omit<Result, 'id'>): Promise<string> {
  const [id] = await checksInAndWaits(li, 1)
  server.script = ({ entries }) => (entries.length ? { results: [{ ...result, id: id! }] } : undefined)
  await synchronise('routine')
  return id!
}

async function learns(id: string, data: Partial<Result & Told>): Promise<void> {
  server.script = () => ({ changes: [{ noun: 'receipt', id, op: 'put', data }] })
  await synchronise('tap')
}

const receipt = (id: string) => database.receipts.get([li.person, id])
const reason = async (id: string) => (await database.entries.where({ id }).first())?.reason?.message
const CONFLICT = { status: 'conflict', receipt_no: 7, code: 'entry.conflict', sealed: 'sealed second' }

describe('a settled conflict', () => {
  it('is closed on the phone that holds it, with the reason', async () => {
    const id = await answered(CONFLICT)
    await learns('news', { id, status: 'conflict', receipt_no: 7, closed: true, message: '与纸质登记重复' })
    expect(await stateOfEntry(id)).toBe('closed')
    expect(await reason(id)).toBe('与纸质登记重复')
    expect(await receipt('news')).toBeUndefined()
  })

  it('is received when staff took its wording', async () => {
    const id = await answered(CONFLICT)
    await learns('news', { id, status: 'accepted', receipt_no: 7, closed: false })
    expect(await stateOfEntry(id)).toBe('received')
  })

  it('says nothing to a phone that holds the first wording', async () => {
    const id = await answered({ status: 'accepted', receipt_no: 6 })
    await learns('news', { id, status: 'conflict', receipt_no: 7, closed: true })
    expect(await stateOfEntry(id)).toBe('received')
    expect(await receipt(id)).toMatchObject({ receipt_no: 6, status: 'accepted' })
  })

  it('says nothing to a phone that holds neither', async () => {
    await learns('news', { id: 'an entry', status: 'conflict', receipt_no: 7, closed: true })
    expect(await database.receipts.count()).toBe(0)
  })
})

describe('a released entry', () => {
  it('keeps the seal of its answer: the server’s news brings none', async () => {
    const id = await answered({ status: 'held', receipt_no: 5, code: 'entry.invalid', sealed: 'sealed held' })
    await learns(id, { id, status: 'accepted', receipt_no: 5, sealed: null })
    expect(await receipt(id)).toMatchObject({ status: 'accepted', sealed: 'sealed held' })
    server.epoch = 'epoch two'
    server.script = () => undefined
    await synchronise('tap')
    await synchronise('tap')
    const given = server.calls.flatMap(({ entries }) => entries).filter(({ sealed }) => sealed)
    expect(given).toEqual([{ id, sealed: 'sealed held' }])
  })
})
