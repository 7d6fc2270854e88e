/**
 * One HTTP call to the server: JSON in and out, problem+json as a value, the DPoP proof where there is a
 * key.
 *
 * The server's nonce comes with every authenticated answer and is kept in memory. When it is missing or
 * stale the server says 401 `sign_in.nonce` with a fresh one, and the call is repeated once. The phone's
 * clock plays no part. Throws `Unreachable` when no answer came at all.
 */
import { generateProof } from 'dpop'
import { v7 } from 'uuid'
import type { Session } from './sessions'
import type { Problem } from './types'

/** By what a caller is known: a token, bound to a key where the browser has one. */
export type Identity = Pick<Session, 'token' | 'key_pair'>

export type Call = {
  method: 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE'
  path: string
  session?: Identity | null
  /** An object is sent as JSON, packed where it is worth it; a text is JSON already, and a file goes as it is. */
  body?: unknown
  headers?: Record<string, string>
  timeout_ms?: number
}

export type Answer<T> = { status: number; data: T | null; problem: Problem | null; headers: Headers }

export class Unreachable extends Error {}

const TIMEOUT_MS = 30_000
const WORTH_PACKING_CHARS = 1024
let nonce: string | undefined

export const request = <T>(call: Call): Promise<Answer<T>> =>
  twice(call, (response) => readJson(response) as Promise<T>)

/** The same for something that is no JSON, such as a spreadsheet. */
export const requestFile = (call: Call): Promise<Answer<Blob>> => twice(call, (response) => response.blob())

type Read<T> = (response: Response) => Promise<T | null>

async function twice<T>(call: Call, read: Read<T>): Promise<Answer<T>> {
  const answer = await attempt(call, read)
  return answer.problem?.code === 'sign_in.nonce' ? attempt(call, read) : answer
}

async function attempt<T>(call: Call, read: Read<T>): Promise<Answer<T>> {
  const { body, headers } = await packed(call.body)
  const response = await reach(call, {
    method: call.method,
    // By this name the server's and the database's logs know the call.
    headers: { 'X-Request-ID': v7(), ...headers, ...(await identified(call)), ...call.headers },
    body,
    cache: 'no-store',
    credentials: 'omit',
  })
  nonce = response.headers.get('DPoP-Nonce') ?? nonce
  return readAnswer(response, read)
}

async function reach(call: Call, init: RequestInit): Promise<Response> {
  const stopped = new AbortController()
  const timer = setTimeout(() => stopped.abort(), call.timeout_ms ?? TIMEOUT_MS)
  try {
    const response = await fetch(call.path, { ...init, signal: stopped.signal })
    // The body is read here: a connection that dies half-way is no answer either.
    const content = [204, 304].includes(response.status) ? null : await response.arrayBuffer()
    return new Response(content, { status: response.status, headers: response.headers })
  } catch (error) {
    throw new Unreachable('no answer', { cause: error })
  } finally {
    clearTimeout(timer)
  }
}

async function identified({ session, method, path }: Call): Promise<Record<string, string>> {
  if (!session) return {}
  if (!session.key_pair) return { Authorization: `Bearer ${session.token}` }
  const url = new URL(path, self.location.origin)
  const proof = await generateProof(session.key_pair, url.origin + url.pathname, method, nonce, session.token)
  return { Authorization: `DPoP ${session.token}`, DPoP: proof }
}

async function packed(body: unknown): Promise<{ body: BodyInit | null; headers: Record<string, string> }> {
  if (body === undefined) return { body: null, headers: {} }
  if (body instanceof Blob) return { body, headers: { 'Content-Type': 'application/octet-stream' } }
  const headers = { 'Content-Type': 'application/json' }
  if (typeof body === 'string') return { body, headers }
  const text = JSON.stringify(body)
  if (text.length < WORTH_PACKING_CHARS || !('CompressionStream' in self)) return { body: text, headers }
  const stream = new Blob([text]).stream().pipeThrough(new CompressionStream('gzip'))
  return {
    body: await new Response(stream).arrayBuffer(),
    headers: { ...headers, 'Content-Encoding': 'gzip' },
  }
}

async function readAnswer<T>(response: Response, read: Read<T>): Promise<Answer<T>> {
  const { status, headers } = response
  if (response.ok) return { status, data: await read(response), problem: null, headers }
  return { status, data: null, problem: asProblem(status, await readJson(response)), headers }
}

async function readJson(response: Response): Promise<unknown> {
  if (!/json/.test(response.headers.get('Content-Type') ?? '')) return null
  return response.json().catch(() => null)
}

function asProblem(status: number, content: unknown): Problem {
  const known = content !== null && typeof content === 'object' ? (content as Partial<Problem>) : {}
  return { title: '', ...known, code: known.code ?? `http.${status}`, status }
}
