/** A person's own records of one month, as the server has them. */
import type { Result, Told } from '@/sync/types'
import { answerDatabase } from './database'
import { keep, read, type Asking, type Outcome } from './fetching'

export type ServerRecord = Result & Told & { id: string; by_name: string | null; for_name: string | null }
export type RecordsOfMonth = { month: string; records: ServerRecord[]; earlier: string | null }

type Page = RecordsOfMonth & { next: number | null }
type AskingMonth = Omit<Asking, 'path'> & { month: string }

const PATH = '/api/v1/records?month='

/** All pages of the month, kept as one answer. */
export function fetchMonth({ person, session, month }: AskingMonth): Promise<Outcome> {
  const asking = { person, session, path: PATH + month }
  return keep(asking, () => readPages(asking))
}

async function readPages({ session, path }: Asking): Promise<RecordsOfMonth | null> {
  const records: ServerRecord[] = []
  for (let after = 0; ;) {
    const page = await read<Page>({ session, path: `${path}&after=${after}` })
    if (!page) return null
    records.push(...page.records)
    if (page.next === null) return { month: page.month, records, earlier: page.earlier }
    after = page.next
  }
}

export async function listKeptMonths(person: string): Promise<RecordsOfMonth[]> {
  const index = answerDatabase.answers.where('[person+path]')
  const kept = await index.between([person, PATH], [person, `${PATH}\uffff`]).toArray()
  return kept.map(({ data }) => data as RecordsOfMonth)
}
