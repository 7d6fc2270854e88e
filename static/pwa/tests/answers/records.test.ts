/** A month of records from the server is kept whole, or not at all. */
import 'fake-indexeddb/auto'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { answerDatabase } from '@/answers/database'
import { fetchAnswer } from '@/answers/fetching'
import { fetchMonth, listKeptMonths } from '@/answers/records'

const asked = { person: '1 me', session: null }
const record = (id: string) => ({ id, status: 'accepted', by_name: null, for_name: null })
const month = '2026-10'

/** The network: what each path answers, one after the other; none is a dead line. */
function network(...answers: (object | number)[]): string[] {
  const paths: string[] = []
  vi.stubGlobal('self', globalThis)
  vi.stubGlobal('fetch', (path: string) => {
    paths.push(path)
    const answer = answers.shift()
    if (answer === undefined) return Promise.reject(new TypeError('no network'))
    if (typeof answer === 'number') return Promise.resolve(new Response(null, { status: answer }))
    return Promise.resolve(Response.json(answer))
  })
  return paths
}

beforeEach(async () => {
  await answerDatabase.answers.clear()
})
afterEach(() => vi.unstubAllGlobals())

it('all pages are one month', async () => {
  const paths = network(
    { month, records: [record('a')], next: 7, earlier: null },
    { month, records: [record('b')], next: null, earlier: '2026-08' },
  )
  expect(await fetchMonth({ ...asked, month })).toBe('fresh')
  expect(paths).toEqual(['/api/v1/records?month=2026-10&after=0', '/api/v1/records?month=2026-10&after=7'])
  const [kept] = await listKeptMonths(asked.person)
  expect([kept!.records.map(({ id }) => id), kept!.earlier]).toEqual([['a', 'b'], '2026-08'])
})

it('a line that breaks half-way leaves what was known', async () => {
  network({ month, records: [record('a')], next: null, earlier: null })
  await fetchMonth({ ...asked, month })
  network({ month, records: [record('x')], next: 7, earlier: null })
  expect(await fetchMonth({ ...asked, month })).toBe('offline')
  expect((await listKeptMonths(asked.person))[0]!.records.map(({ id }) => id)).toEqual(['a'])
})

it('nobody else on this phone sees it', async () => {
  network({ month, records: [record('a')], next: null, earlier: null })
  await fetchMonth({ ...asked, month })
  expect(await listKeptMonths('1 another')).toEqual([])
})

it('a refusal is not kept', async () => {
  network(403)
  expect(await fetchAnswer({ ...asked, path: '/api/v1/planned-shifts' })).toBe('refused')
  expect(await answerDatabase.answers.count()).toBe(0)
})
