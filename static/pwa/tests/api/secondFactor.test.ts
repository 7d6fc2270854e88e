import 'fake-indexeddb/auto'
import { afterEach, expect, it, vi } from 'vitest'
import { request } from '@/api/request'
import { signIn } from '@/api/signIn'

const PROBLEM = { code: 'sign_in.second_factor', title: '请再输入动态码', status: 401 }

function answering(status: number, body: unknown) {
  const sent: Request[] = []
  vi.stubGlobal('__APP_VERSION__', '0')
  vi.stubGlobal('navigator', { userAgent: 'a browser' })
  vi.stubGlobal('location', { origin: 'https://example.org' })
  vi.stubGlobal('fetch', async (path: string, init: RequestInit) => {
    sent.push(new Request(`https://example.org${path}`, init))
    return new Response(JSON.stringify(body), {
      status,
      headers: { 'Content-Type': 'application/problem+json' },
    })
  })
  return sent
}

afterEach(() => vi.unstubAllGlobals())

it('sends a one-time code only where one was typed', async () => {
  const sent = answering(401, PROBLEM)
  const given = { page: 'staff' as const, account: 'zhang', password: 'x' }
  const answer = await signIn(given)
  await signIn({ ...given, one_time_code: '123 456' })
  const bodies = await Promise.all(sent.map((each) => each.json()))
  expect(answer.problem?.code).toBe('sign_in.second_factor')
  expect(bodies.map(({ one_time_code }) => one_time_code)).toEqual([undefined, '123 456'])
})

it('names each call, so that the logs of server and database know it', async () => {
  const sent = answering(200, {})
  await request({ method: 'GET', path: '/api/v1/time' })
  await request({ method: 'GET', path: '/api/v1/time' })
  const names = sent.map((each) => each.headers.get('X-Request-ID'))
  expect(new Set(names).size).toBe(2)
  expect(names.every((name) => /^[0-9a-f-]{36}$/.test(name!))).toBe(true)
})
