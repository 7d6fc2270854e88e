/** A person's own records of one month, as the server has them. */
import { request, Unreachable } from '@/api/request'
import { evenIfFull } from '@/sync/database'
import type { Result, Told } from '@/sync/types'
import { answerDatabase } from './database'
import type { Asking, Outcome } from './fetching'

export type ServerRecord = Result & Told & { id: string; by_name: string | null; for_name: string | null }
export type RecordsOfMonth = { month: string; records: ServerRecord[]; earlier: string | null }

type Page = RecordsOfMonth & { next: number | null }

const PATH = '/api/v1/records?month='

/** All pages of the month, kept as one answer. */
export async function fetchMonth({ person, session, month }: Omit<Asking, 'path'> & { month: string }): Promise<Outcome> {
  const path = PATH + month
  const records: ServerRecord[] = []
  try {
    let after: number | null = 0
    let earlier: string | null = null
    while (after !== null) {
      const { data }: { data: Page | null } = await request<Page>({ method: 'GET', path: `${path}&after=${after}`, session })
      if (!data) return 'refused'
      records.push(...data.records)
      ;({ next: after, earlier } = data)
    }
    const data: RecordsOfMonth = { month, records, earlier }
    await evenIfFull(answerDatabase.answers.put({ person, path, data, fetched_at: Date.now() }))
    return 'fresh'
  } catch (error) {
    if (error instanceof Unreachable) return 'offline'
    throw error
  }
}

export async function listKeptMonths(person: string): Promise<RecordsOfMonth[]> {
  const kept = answerDatabase.answers.where('[person+path]').between([person, PATH], [person, `${PATH}\uffff`])
  return (await kept.toArray()).map(({ data }) => data as RecordsOfMonth)
}
