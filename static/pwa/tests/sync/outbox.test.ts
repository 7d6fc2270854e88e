import '../phone'
import { beforeEach, describe, expect, it } from 'vitest'
import { database } from '@/sync/database'
import * as outbox from '@/sync/outbox'
import { KEEP_MS } from '@/sync/protocol'
import { checksIn, checksInAndWaits, emptyPhone, presence, signsIn, stateOfEntry } from './cast'

const seqs = async () => (await database.entries.toArray()).map(({ seq }) => seq)

beforeEach(emptyPhone)

describe('recording', () => {
  it('saves a tap and clears its draft in one transaction', async () => {
    const author = await signsIn('li')
    await outbox.saveDraft({ person: author.person, name: 'reception', value: { summary: '路灯' } })
    const entry = await outbox.record({ author, kind: 'shift_start', body: presence, draft: 'reception' })
    expect(await stateOfEntry(entry.id)).toBe('recorded')
    expect(await outbox.findDraft({ person: author.person, name: 'reception' })).toBeUndefined()
  })

  it('can be undone until it is frozen, and not after', async () => {
    const author = await signsIn('li')
    const undone = await checksIn(author)
    expect(await outbox.undo(undone.id)).toBe(true)
    const frozen = await checksIn(author)
    await outbox.freezeEntries({ person: author.person })
    expect(await outbox.undo(frozen.id)).toBe(false)
    expect(await seqs()).toEqual([1])
  })

  it('takes a better fix until it is frozen, and none after', async () => {
    const author = await signsIn('li')
    const { id } = await checksIn(author)
    const fix = { lat: 22.5431, lon: 114.0579, accuracy_m: 80, age_s: 0 }
    await outbox.attachFix(id, fix)
    await outbox.attachFix(id, 'timeout')
    await outbox.attachFix(id, { ...fix, accuracy_m: 400 })
    await outbox.freezeEntries({ person: author.person })
    await outbox.attachFix(id, { ...fix, accuracy_m: 5 })
    const { body } = (await database.entries.where({ id }).first())!
    expect(body).toMatchObject({ fix: { accuracy_m: 80 }, no_fix_reason: null })
  })

  it('keeps why there is no position', async () => {
    const author = await signsIn('li')
    const { id } = await checksIn(author)
    await outbox.attachFix(id, 'denied')
    expect((await database.entries.where({ id }).first())!.body).toMatchObject({
      fix: null,
      no_fix_reason: 'denied',
    })
  })
})

describe('seq', () => {
  it('goes on after the entries are gone', async () => {
    const author = await signsIn('li')
    await checksInAndWaits(author, 3)
    await database.entries.clear()
    await checksInAndWaits(author, 2)
    expect(await seqs()).toEqual([4, 5])
  })

  it('is never given twice by tabs that freeze at the same moment', async () => {
    const author = await signsIn('li')
    for (let made = 0; made < 8; made++) await checksIn(author)
    await Promise.all(Array.from({ length: 6 }, () => outbox.freezeEntries({ person: author.person })))
    expect(await seqs()).toEqual([1, 2, 3, 4, 5, 6, 7, 8])
  })

  it('freezes with an entry all that were recorded before it, and none after', async () => {
    const author = await signsIn('li')
    await checksIn(author)
    const middle = await checksIn(author)
    const last = await checksIn(author)
    await outbox.freezeEntries({ person: author.person, id: middle.id })
    expect(await seqs()).toEqual([1, 2, null])
    expect(await outbox.undo(last.id)).toBe(true)
  })

  it('counts for each device id alone', async () => {
    await checksInAndWaits(await signsIn('li', 'former phone'), 2)
    await checksInAndWaits(await signsIn('li', 'new phone'), 1)
    expect(await seqs()).toEqual([1, 2, 1])
  })
})

describe('a phone that two people use', () => {
  it('keeps the one’s outbox from the other', async () => {
    await checksInAndWaits(await signsIn('li'), 2)
    const wang = await signsIn('wang')
    expect(await outbox.listWaiting(wang.person)).toEqual([])
    expect(await outbox.countInOutbox(wang.person)).toBe(0)
    await outbox.freezeEntries({ person: wang.person })
    expect(await seqs()).toEqual([1, 2])
  })
})

describe('after 30 days', () => {
  it('the seal and the words go, the receipt and the place stay', async () => {
    const author = await signsIn('li')
    const [id] = await checksInAndWaits(author, 1)
    await database.entries.where({ id: id! }).modify({ state: 'received' })
    const receipt = {
      person: author.person,
      id: id!,
      status: 'accepted',
      receipt_no: 7,
      epoch: 'e',
      sealed: 's',
    }
    await database.receipts.put({ ...receipt, stored_at: 1000 })
    await outbox.purge({ person: author.person, now: 1000 + KEEP_MS })
    expect(await database.receipts.get([author.person, id!])).toMatchObject({ receipt_no: 7, sealed: null })
    expect((await database.entries.where({ id: id! }).first())!.body).toEqual({ station_id: 'a station' })
  })
})
