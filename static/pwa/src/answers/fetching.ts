/** Asks the server for something and keeps the answer; what was kept before stays when nothing answers. */
import { request, Unreachable } from '@/api/request'
import type { Session } from '@/api/sessions'
import { evenIfFull } from '@/sync/database'
import { answerDatabase } from './database'

/** fresh: it answered just now · offline: no answer · refused: it will not tell, now or at all */
export type Outcome = 'fresh' | 'offline' | 'refused'

export type Asking = { person: string; session: Session | null; path: string }

export const fetchAnswer = (asking: Asking): Promise<Outcome> => keep(asking, () => read(asking))

/** Null where the server refuses. */
export async function read<T>({ session, path }: Omit<Asking, 'person'>): Promise<T | null> {
  return (await request<T>({ method: 'GET', path, session })).data
}

/** Keeps under this path what `answering` gives. */
export async function keep({ person, path }: Asking, answering: () => Promise<unknown>): Promise<Outcome> {
  try {
    const data = await answering()
    if (!data) return 'refused'
    await evenIfFull(answerDatabase.answers.put({ person, path, data, fetched_at: Date.now() }))
    return 'fresh'
  } catch (error) {
    if (error instanceof Unreachable) return 'offline'
    throw error
  }
}
