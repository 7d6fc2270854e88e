import '../phone'
import { beforeEach, describe, expect, it } from 'vitest'
import { synchronise } from '@/sync/client'
import { database } from '@/sync/database'
import { purge } from '@/sync/outbox'
import { KEEP_MS } from '@/sync/protocol'
import { forgetReceived } from '@/sync/shared'
import { checksIn, checksInAndWaits, emptyPhone, signsIn } from './cast'
import { Server } from './server'

let server: Server

beforeEach(async () => {
  await emptyPhone()
  server = new Server()
})

const NOTICE = { noun: 'notice', id: 'n', op: 'put', data: { code: 'entry.on_behalf', by_name: '某人' } }
const states = async () => (await database.entries.toArray()).map(({ state }) => state)

/** Something received, something told about the person, and something that waits. */
async function livelyPhone() {
  const author = await signsIn('li')
  await checksInAndWaits(author, 2)
  server.changes = [NOTICE]
  await synchronise('routine')
  return author
}

describe('a phone that was signed out', () => {
  it('keeps what waits and bare receipts, and nothing else of the person', async () => {
    const author = await livelyPhone()
    const waiting = await checksIn(author)
    await forgetReceived({ person: author.person, now: Date.now() })
    expect((await database.entries.toArray()).map(({ id }) => id)).toEqual([waiting.id])
    expect(await database.feed.toArray()).toEqual([])
    for (const receipt of await database.receipts.toArray()) expect(receipt).not.toHaveProperty('body')
  })

  it('can forget twice', async () => {
    const author = await livelyPhone()
    await forgetReceived({ person: author.person, now: Date.now() })
    await forgetReceived({ person: author.person, now: Date.now() })
    expect(await states()).toEqual([])
  })
})

describe('a phone that was stopped', () => {
  const stopped = () => {
    server.changes = []
    server.script = ({ entries }) => ({
      results: entries.map(({ id }) => ({ id, status: 'held', receipt_no: 7, code: 'device.revoked' })),
    })
  }

  it('forgets what it had received as soon as it learns of it, and says why its last ones are held', async () => {
    const author = await livelyPhone()
    stopped()
    await checksInAndWaits(author, 1)
    await synchronise('routine')
    expect(await states()).toEqual(['held'])
    expect(await database.feed.toArray()).toEqual([])
  })

  it('never forgets what is not sent', async () => {
    const author = await livelyPhone()
    stopped()
    await checksInAndWaits(author, 1)
    await synchronise('routine')
    const later = await checksIn(author)
    await synchronise('routine')
    expect((await database.entries.toArray()).map(({ id }) => id)).toContain(later.id)
  })

  it('remembers again after its person enrolled anew', async () => {
    const author = await livelyPhone()
    stopped()
    await checksInAndWaits(author, 1)
    await synchronise('routine')
    server.script = () => undefined
    const again = await signsIn('li', 'another device')
    await checksInAndWaits(again, 1)
    await synchronise('routine')
    await synchronise('routine')
    expect(await states()).toContain('received')
  })
})

it('after 30 days nothing is left of an entry but its receipt', async () => {
  const author = await livelyPhone()
  await purge({ person: author.person, now: Date.now() + KEEP_MS + 1000 })
  expect(await states()).toEqual([])
  for (const receipt of await database.receipts.toArray())
    expect(receipt).toMatchObject({ sealed: null, body: null })
})
