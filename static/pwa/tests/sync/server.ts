/** A server as the phone sees it: the network's other end, scripted call by call. */
import { gunzipSync } from 'node:zlib'
import { vi } from 'vitest'
import type { Change, Result, SyncAnswer } from '@/sync/types'

export type Sent = {
  id: string
  seq?: number
  device_id?: string
  sealed?: string
  body?: Record<string, unknown>
}
export type Call = {
  cursor: string | null
  pending: number
  entries: Sent[]
  authorization: string
  encoding: string | null
}
export type Reply =
  Partial<SyncAnswer> | { status: number; code?: string; headers?: Record<string, string> } | 'no answer'

export class Server {
  calls: Call[] = []
  facts = new Map<string, number>()
  epoch = 'epoch one'
  changes: Change[] = []
  /** Looks at each call first; undefined lets the server answer as it should. */
  script: (call: Call) => Reply | undefined = () => undefined

  constructor() {
    vi.stubGlobal('fetch', (path: string, init: RequestInit) =>
      path === '/api/v1/sync' ? this.answer(init) : this.other(path, init),
    )
  }

  /** What any other call gets. */
  other: (path: string, init: RequestInit) => Promise<Response> = () => {
    throw new TypeError('Failed to fetch')
  }

  private async answer(init: RequestInit): Promise<Response> {
    const headers = init.headers as Record<string, string>
    const body = init.body
    const text = typeof body === 'string' ? body : gunzipSync(Buffer.from(body as ArrayBuffer)).toString()
    const authorization = headers.Authorization ?? ''
    const call = { ...JSON.parse(text), authorization, encoding: headers['Content-Encoding'] ?? null }
    this.calls.push(call)
    const reply = this.script(call) ?? {}
    if (reply === 'no answer') throw new TypeError('Failed to fetch')
    if ('status' in reply) return problem(reply)
    return Response.json({ ...this.proper(call), ...reply })
  }

  private proper(call: Call): SyncAnswer {
    const results = call.entries.map((entry) => this.take(entry))
    const { changes, epoch } = this
    return { server_time: 'now', results, changes, cursor: 'c1', more: false, reset: false, epoch }
  }

  take({ id }: Sent): Result {
    const known = this.facts.get(id)
    const receipt_no = known ?? 90000 + this.facts.size
    this.facts.set(id, receipt_no)
    return { id, status: known ? 'duplicate' : 'accepted', receipt_no, sealed: `sealed ${id}` }
  }
}

function problem({
  status,
  code,
  headers,
}: {
  status: number
  code?: string
  headers?: Record<string, string>
}) {
  const content = { 'Content-Type': 'application/problem+json', ...headers }
  return new Response(JSON.stringify({ code, status, detail: '请稍后再试。' }), { status, headers: content })
}
