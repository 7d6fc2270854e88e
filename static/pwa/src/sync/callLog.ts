/**
 * The last answers to this phone's sync calls, so that somebody who asks over the phone learns what happened. It
 * holds no record and no person, and whatever happens to it stops no sending.
 */
import { database } from './database'

/** `status` 0: no answer. `ahead_ms`: how much this phone's clock is ahead of the server's, where it said. */
export type CallNote = {
  at: number
  status: number
  code: string | null
  sent: number
  took_ms: number
  ahead_ms: number | null
}

const KEPT = 10
const nameOf = (person: string) => `calls of ${person}`

export async function listCalls(person: string): Promise<CallNote[]> {
  return ((await database.settings.get(nameOf(person)))?.value ?? []) as CallNote[]
}

export async function noteCall(person: string, note: CallNote): Promise<void> {
  const noting = database.transaction('rw', database.settings, async () => {
    const value = [note, ...(await listCalls(person))].slice(0, KEPT)
    await database.settings.put({ name: nameOf(person), value })
  })
  await noting.catch(() => null)
}

/** The middle of the call by the phone's clock, less the server's time in its answer. */
export function aheadMs({ began, ended, server_time }: { began: number; ended: number; server_time?: string }) {
  const ahead = (began + ended) / 2 - Date.parse(server_time ?? '')
  return Number.isNaN(ahead) ? null : Math.round(ahead)
}
