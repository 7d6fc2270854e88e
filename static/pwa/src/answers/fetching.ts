/** Asks the server for one thing and keeps the answer. */
import { request, Unreachable } from '@/api/request'
import type { Session } from '@/api/sessions'
import { evenIfFull } from '@/sync/database'
import { answerDatabase } from './database'

/** fresh: it answered just now · offline: no answer · refused: it will not tell, now or at all */
export type Outcome = 'fresh' | 'offline' | 'refused'

export type Asking = { person: string; session: Session | null; path: string }

/** What answers is kept under its path; what was kept before stays when nothing answers. */
export async function fetchAnswer({ person, session, path }: Asking): Promise<Outcome> {
  try {
    const { data } = await request({ method: 'GET', path, session })
    if (!data) return 'refused'
    await evenIfFull(answerDatabase.answers.put({ person, path, data, fetched_at: Date.now() }))
    return 'fresh'
  } catch (error) {
    if (error instanceof Unreachable) return 'offline'
    throw error
  }
}
