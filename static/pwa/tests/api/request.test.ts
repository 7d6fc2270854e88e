import '../phone'
import { generateKeyPair } from 'dpop'
import { beforeAll, describe, expect, it, vi } from 'vitest'
import { request, Unreachable } from '@/api/request'
import type { Session } from '@/api/sessions'
import { me } from '../sync/cast'

type Seen = { headers: Record<string, string>; claims: Record<string, unknown>; jwk: Record<string, unknown> }

const decoded = (part = '') => JSON.parse(Buffer.from(part, 'base64url').toString() || '{}')
const seen: Seen[] = []
let replies: Response[] = []
let session: Session

beforeAll(async () => {
  const key_pair = await generateKeyPair('ES256', { extractable: false })
  session = { page: 'member', token: 'the token', key_pair, device_id: 'd', me: me('li') }
  vi.stubGlobal('fetch', (_path: string, init: RequestInit) => {
    const headers = init.headers as Record<string, string>
    const [head, claims] = (headers.DPoP ?? '').split('.')
    seen.push({ headers, claims: decoded(claims), jwk: decoded(head).jwk })
    const reply = replies.shift()
    return reply ? Promise.resolve(reply) : Promise.reject(new TypeError('Failed to fetch'))
  })
})

const stale = () =>
  Response.json({ code: 'sign_in.nonce' }, { status: 401, headers: { 'DPoP-Nonce': 'fresh' } })

describe('a call with a key', () => {
  it('proves the key, the method and the address without its query', async () => {
    replies = [Response.json({ ok: true })]
    await request({ method: 'GET', path: '/api/v1/stations?q=x', session })
    const { headers, claims, jwk } = seen.at(-1)!
    expect(headers.Authorization).toBe('DPoP the token')
    expect(claims).toMatchObject({ htm: 'GET', htu: 'https://workstation.test/api/v1/stations' })
    expect(claims).toHaveProperty('ath')
    expect(jwk).toMatchObject({ kty: 'EC', crv: 'P-256' })
    expect(jwk).not.toHaveProperty('d')
  })

  it('is repeated once with the server’s fresh nonce, and the nonce is kept', async () => {
    replies = [stale(), Response.json({ fine: 1 }), Response.json({})]
    const answer = await request({ method: 'GET', path: '/api/v1/me', session })
    expect(answer.data).toEqual({ fine: 1 })
    await request({ method: 'GET', path: '/api/v1/me', session })
    expect(seen.slice(-2).map(({ claims }) => claims.nonce)).toEqual(['fresh', 'fresh'])
  })

  it('is not repeated for ever', async () => {
    replies = [stale(), stale(), stale()]
    const answer = await request({ method: 'GET', path: '/api/v1/me', session })
    expect(answer.problem?.code).toBe('sign_in.nonce')
    expect(replies).toHaveLength(1)
  })
})

describe('an answer', () => {
  it('that is a refusal comes as a value with its code', async () => {
    replies = [new Response('<html>busy</html>', { status: 502 })]
    const answer = await request({ method: 'GET', path: '/api/v1/time' })
    expect(answer).toMatchObject({ status: 502, data: null, problem: { code: 'http.502' } })
  })

  it('that never comes is Unreachable', async () => {
    replies = []
    await expect(request({ method: 'GET', path: '/api/v1/time' })).rejects.toBeInstanceOf(Unreachable)
  })

  it('is asked with a packed body when that is worth it', async () => {
    replies = [new Response(null, { status: 204 }), new Response(null, { status: 204 })]
    await request({ method: 'POST', path: '/x', body: { short: true } })
    expect(seen.at(-1)!.headers).not.toHaveProperty('Content-Encoding')
    await request({ method: 'POST', path: '/x', body: { long: 'x'.repeat(3000) } })
    expect(seen.at(-1)!.headers).toMatchObject({ 'Content-Encoding': 'gzip' })
  })
})
