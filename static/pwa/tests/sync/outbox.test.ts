import '../phone'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { isTold, toldEntry } from '@/rules/records'
import { database, isFull, tryRoom } from '@/sync/database'
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

  it('takes one transaction, and the browser’s word that the disk has it', async () => {
    const author = await signsIn('li')
    database.close()
    const begun = vi.spyOn(IDBDatabase.prototype, 'transaction')
    await database.open()
    begun.mockClear()
    await outbox.record({ author, kind: 'shift_start', body: presence, draft: 'reception' })
    expect(begun.mock.calls.map(([, mode, options]) => [mode, options])).toEqual([
      ['readwrite', { durability: 'strict' }],
    ])
    begun.mockRestore()
  })

  it('keeps the draft when the tap could not be saved', async () => {
    const author = await signsIn('li')
    const broken = () => {
      throw new Error('died half-way')
    }
    await outbox.saveDraft({ person: author.person, name: 'reception', value: { summary: '路灯' } })
    database.drafts.hook('deleting').subscribe(broken)
    const tap = outbox.record({ author, kind: 'shift_start', body: presence, draft: 'reception' })
    await expect(tap).rejects.toThrow()
    database.drafts.hook('deleting').unsubscribe(broken)
    expect(await database.entries.count()).toBe(0)
    expect(await outbox.findDraft({ person: author.person, name: 'reception' })).toBeDefined()
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

  it('is never given twice by two tabs, each with its own connection', async () => {
    const author = await signsIn('li')
    for (let made = 0; made < 8; made++) await checksIn(author)
    vi.resetModules()
    const otherTab = await import('@/sync/outbox')
    expect(otherTab.freezeEntries).not.toBe(outbox.freezeEntries)
    const tabs = [outbox, otherTab, outbox, otherTab]
    await Promise.all(tabs.map(({ freezeEntries }) => freezeEntries({ person: author.person })))
    await otherTab.record({ author, kind: 'shift_start', body: presence })
    await outbox.freezeEntries({ person: author.person })
    expect(await seqs()).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9])
  })

  it('is given to all or to none, wherever the phone dies', async () => {
    const author = await signsIn('li')
    for (let made = 0; made < 3; made++) await checksIn(author)
    const dies = () => {
      throw new Error('died half-way')
    }
    database.counters.hook('creating').subscribe(dies)
    await expect(outbox.freezeEntries({ person: author.person })).rejects.toThrow()
    database.counters.hook('creating').unsubscribe(dies)
    expect(await seqs()).toEqual([null, null, null])
    await outbox.freezeEntries({ person: author.person })
    expect(await seqs()).toEqual([1, 2, 3])
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
  const stored_at = 1000
  const receiptOf = ({ person, id }: { person: string; id: string }) => {
    return { person, id, status: 'accepted', receipt_no: 7, epoch: 'e', sealed: 's', stored_at }
  }

  it('the entry and its seal go; the receipt stays, with what was done, when and where', async () => {
    const { person, ...author } = await signsIn('li')
    const [id] = await checksInAndWaits({ person, ...author }, 1)
    await database.entries.where({ id: id! }).modify({ state: 'received' })
    const entry = (await database.entries.where({ id: id! }).first())!
    await database.receipts.put(receiptOf({ person, id: id! }))
    await outbox.purge({ person, now: stored_at + KEEP_MS - 1 })
    expect(await stateOfEntry(id!)).toBe('received')
    await outbox.purge({ person, now: stored_at + KEEP_MS })
    expect(await database.entries.count()).toBe(0)
    const receipt = (await database.receipts.get([person, id!]))!
    expect(receipt).toMatchObject({ receipt_no: 7, sealed: null, epoch: null, seq: 1 })
    expect(toldEntry(receipt)).toMatchObject({
      state: 'received',
      kind: 'check_in',
      recorded_at: entry.recorded_at,
      body: { station_id: 'a station' },
    })
    expect(isTold(toldEntry(receipt))).toBe(false)
  })

  it('what still waits is untouched, even beside an old receipt', async () => {
    const author = await signsIn('li')
    const [id] = await checksInAndWaits(author, 1)
    await database.receipts.put(receiptOf({ person: author.person, id: id! }))
    await outbox.purge({ person: author.person, now: stored_at + 2 * KEEP_MS })
    expect(await stateOfEntry(id!)).toBe('waiting')
    expect(await database.receipts.get([author.person, id!])).toMatchObject({ sealed: 's' })
  })

  it('another person’s records are left alone', async () => {
    const [id] = await checksInAndWaits(await signsIn('li'), 1)
    await database.entries.where({ id: id! }).modify({ state: 'received' })
    await database.receipts.put(receiptOf({ person: '1:li', id: id! }))
    await outbox.purge({ person: '1:wang', now: stored_at + 2 * KEEP_MS })
    expect(await stateOfEntry(id!)).toBe('received')
  })
})

describe('a phone that can store no more', () => {
  const full = () => {
    throw new DOMException('no room', 'QuotaExceededError')
  }

  it('says so, and keeps what it has', async () => {
    const author = await signsIn('li')
    const ids = await checksInAndWaits(author, 2)
    database.entries.hook('creating').subscribe(full)
    const tap = checksIn(author).catch((reason: unknown) => isFull(reason))
    expect(await tap).toBe(true)
    database.entries.hook('creating').unsubscribe(full)
    expect((await outbox.listWaiting(author.person)).map(({ id }) => id)).toEqual(ids)
  })

  it('is found out by a trial that leaves nothing behind', async () => {
    expect(await tryRoom()).toBe(true)
    expect(await database.settings.get('trial')).toBeUndefined()
    database.settings.hook('creating').subscribe(full)
    expect(await tryRoom()).toBe(false)
    database.settings.hook('creating').unsubscribe(full)
  })

  it('takes nothing else for a lack of room', () => {
    expect(isFull(new Error('broken'))).toBe(false)
    expect(isFull(null)).toBe(false)
    expect(isFull({ name: 'AbortError', inner: { name: 'QuotaExceededError' } })).toBe(true)
  })
})
