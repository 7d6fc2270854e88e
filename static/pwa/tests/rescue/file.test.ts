import '../phone'
import { compactDecrypt, exportJWK, generateKeyPair, importJWK, type JWK } from 'jose'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { findSession } from '@/api/sessions'
import { makeRescueFile, type RescueFile } from '@/rescue/file'
import { findRescueKey, refreshRescueKey } from '@/rescue/key'
import { handIn, looksLikeRescueFile, rescueFileName, tally } from '@/rescue/carrying'
import { synchronise } from '@/sync/client'
import { database } from '@/sync/database'
import * as outbox from '@/sync/outbox'
import type { RescueKey } from '@/sync/types'
import { cases } from '../sync/contracts'
import { checksIn, checksInAndWaits, emptyPhone, signsIn, stateOfEntry } from '../sync/cast'
import { Server } from '../sync/server'

const NOW = new Date('2026-11-21T14:32:05+08:00')
const { publicKey, privateKey } = await generateKeyPair('ECDH-ES', { extractable: true })
const key = { ...(await exportJWK(publicKey)), kid: 'k1', use: 'enc', alg: 'ECDH-ES' } as RescueKey

let server: Server
beforeEach(async () => {
  await emptyPhone()
  server = new Server()
})

async function makes(): Promise<RescueFile> {
  const session = (await findSession('member'))!
  return makeRescueFile({ session, key, now: NOW })
}

async function opened(jwe: string, secret: CryptoKey | Uint8Array = privateKey) {
  const { plaintext, protectedHeader } = await compactDecrypt(jwe, secret)
  return { said: JSON.parse(new TextDecoder().decode(plaintext)), header: protectedHeader }
}

describe('a rescue file', () => {
  it('holds everything in the outbox as the phone would send it, frozen first, and names its author', async () => {
    await checksInAndWaits(await signsIn('li', 'former phone'), 1)
    const li = await signsIn('li', 'new phone')
    const [stuck, waiting] = await checksInAndWaits(li, 2)
    await database.entries.where({ id: stuck! }).modify({ state: 'attention' })
    const { id: recorded } = await checksIn(li)
    const file = await makes()
    expect(file).toMatchObject({ format: 'workstation.rescue', v: 1, kid: 'k1', count: 4 })
    expect(Date.parse(file.made_at)).toBe(NOW.getTime())
    const { said, header } = await opened(file.jwe)
    expect(header).toMatchObject({ alg: 'ECDH-ES', enc: 'A256GCM', kid: 'k1' })
    const envelope = { v: 1, network: 'demo', author_id: 'li', device_id: 'new phone', made_at: file.made_at }
    expect(said).toMatchObject(envelope)
    const named = said.entries.map(({ id, seq, device_id, author_id }: Record<string, unknown>) => [
      id === recorded || id === waiting || id === stuck,
      seq,
      device_id,
      author_id,
    ])
    expect(named).toEqual([
      [false, 1, 'former phone', 'li'],
      [true, 1, 'new phone', 'li'],
      [true, 2, 'new phone', 'li'],
      [true, 3, 'new phone', 'li'],
    ])
    expect(said.entries[3]).toMatchObject({ id: recorded, kind: 'check_in', v: 1, elapsed_ms: null })
  })

  it('takes nothing out of the outbox', async () => {
    const li = await signsIn('li')
    const ids = await checksInAndWaits(li, 2)
    await makes()
    expect((await outbox.listWaiting(li.person)).map(({ id }) => id)).toEqual(ids)
    await synchronise('tap')
    for (const id of ids) expect(await stateOfEntry(id)).toBe('received')
  })

  it('holds nothing of another person on the same phone', async () => {
    await checksInAndWaits(await signsIn('li'), 2)
    const wang = await signsIn('wang')
    const [own] = await checksInAndWaits(wang, 1)
    const { said } = await opened((await makes()).jwe)
    expect(said.entries.map(({ id }: { id: string }) => id)).toEqual([own])
  })

  it('can be made on a phone that can store no more', async () => {
    const li = await signsIn('li')
    const [id] = await checksInAndWaits(li, 1)
    await checksIn(li)
    const full = () => {
      throw new DOMException('no room', 'QuotaExceededError')
    }
    database.entries.hook('updating').subscribe(full)
    database.exports.hook('creating').subscribe(full)
    const { said } = await opened((await makes()).jwe)
    await outbox.noteExport({ person: li.person, made_at: 1, count: 1 })
    database.entries.hook('updating').unsubscribe(full)
    database.exports.hook('creating').unsubscribe(full)
    expect(said.entries.map((entry: { id: string }) => entry.id)).toEqual([id])
  })

  it('is remembered with its time and its count', async () => {
    const { person } = await signsIn('li')
    await outbox.noteExport({ person, made_at: 1, count: 2 })
    await outbox.noteExport({ person, made_at: 9, count: 5 })
    await outbox.noteExport({ person: '1:wang', made_at: 99, count: 7 })
    expect(await outbox.lastExport(person)).toMatchObject({ made_at: 9, count: 5 })
  })

  type Case = { step: string; name: string; key: JWK; file: RescueFile; says: object }
  it.each(cases<Case>('rescue-files.json'))('$step $name', async ({ key: secret, file, says }) => {
    const { said } = await opened(file.jwe, (await importJWK(secret, 'ECDH-ES')) as CryptoKey)
    expect(said).toEqual(says)
    expect(looksLikeRescueFile(JSON.stringify(file))).toBe(true)
  })
})

describe('the server’s key', () => {
  const serves = (said: object) => (server.other = () => Promise.resolve(Response.json(said)))

  it('is kept, and stays when the server cannot be reached', async () => {
    serves({ server_time: 'now', rescue_key: key })
    await refreshRescueKey()
    expect(await findRescueKey()).toEqual(key)
    server.other = () => Promise.reject(new TypeError('Failed to fetch'))
    await refreshRescueKey()
    expect(await findRescueKey()).toEqual(key)
  })

  it('is missing where the server has none', async () => {
    serves({ server_time: 'now' })
    await refreshRescueKey()
    expect(await findRescueKey()).toBeNull()
  })
})

describe('handing in', () => {
  it('sends the file as it is, signed by whoever carries it', async () => {
    await signsIn('wang')
    const session = (await findSession('member'))!
    const answers = vi.fn((_path: string, _init: RequestInit) =>
      Promise.resolve(Response.json({ results: [], count: 0, author_name: '李' })),
    )
    server.other = answers
    const text = JSON.stringify({ format: 'workstation.rescue', jwe: 'x'.repeat(4000) })
    expect((await handIn({ session, text })).data?.author_name).toBe('李')
    const [path, init] = answers.mock.calls[0]!
    expect(path).toBe('/api/v1/rescue-files')
    expect(init).toMatchObject({ method: 'POST', body: text })
    expect(init.headers).toMatchObject({ Authorization: 'Bearer token of phone of wang' })
  })

  it('tells apart what is no such file', () => {
    for (const text of ['', 'hello', 'null', '[]', '{"format":"other"}'])
      expect(looksLikeRescueFile(text)).toBe(false)
  })

  it('counts what the server keeps', () => {
    const results = [
      { id: 'a', status: 'held', receipt_no: 3 },
      { id: 'b', status: 'duplicate', receipt_no: 4 },
      { id: null, status: 'rejected' },
    ]
    expect(tally(results)).toEqual({ kept: 2, unreadable: 1 })
  })

  it('names a file by the day and minute in which it was made', () => {
    expect(rescueFileName('2026-11-21T14:32:05.120+08:00')).toBe('履职记录-20261121-1432.rescue.json')
  })
})
