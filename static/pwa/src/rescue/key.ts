/** The server's public key for rescue files, kept so that a file can be made without a network (12.1). */
import { request, Unreachable } from '@/api/request'
import { database, evenIfFull } from '@/sync/database'
import type { RescueKey } from '@/sync/types'

const NAME = 'rescue_key'
const BRIEFLY_MS = 8_000

export async function findRescueKey(): Promise<RescueKey | null> {
  return ((await database.settings.get(NAME))?.value as RescueKey | undefined) ?? null
}

/** Takes the key that the server uses now. Without an answer the former one stays: the server knows it too. */
export async function refreshRescueKey(): Promise<void> {
  const call = { method: 'GET', path: '/api/v1/time', timeout_ms: BRIEFLY_MS } as const
  const answer = await request<{ rescue_key?: RescueKey }>(call).catch(noAnswer)
  const value = answer?.data?.rescue_key
  if (value?.kid) await evenIfFull(database.settings.put({ name: NAME, value }))
}

function noAnswer(reason: unknown): null {
  if (reason instanceof Unreachable) return null
  throw reason
}
