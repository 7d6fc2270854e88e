/** The cast: two people, and the phone that both use. */
import { keepSession, sessionDatabase } from '@/api/sessions'
import type { Me } from '@/api/types'
import { authorOf } from '@/sync/client'
import { database } from '@/sync/database'
import { freezeEntries, record, type Author } from '@/sync/outbox'

export const me = (name: string): Me => ({
  member: { id: name, code: name, name, sector: null, station_ids: [] },
  device: { id: `phone of ${name}`, name: '安卓手机' },
  network: { id: 1, code: 'demo', name: '演示', is_demo: true },
  roles: ['member'],
  scope: {},
})

export async function signsIn(name: string, device_id = `phone of ${name}`): Promise<Author> {
  const session = {
    page: 'member' as const,
    token: `token of ${device_id}`,
    key_pair: null,
    device_id,
    me: me(name),
  }
  await keepSession(session)
  return authorOf(session)
}

export async function emptyPhone(): Promise<void> {
  for (const table of [...database.tables, ...sessionDatabase.tables]) await table.clear()
}

export const presence = { station_id: 'a station', fix: null, no_fix_reason: 'timeout' as const }

export const checksIn = (author: Author) =>
  record({ author, kind: 'check_in', body: { ...presence, purpose: 'duty' } })

/** Records and freezes so many check-ins. Returns their ids in order. */
export async function checksInAndWaits(author: Author, count: number): Promise<string[]> {
  const ids: string[] = []
  for (let made = 0; made < count; made++) ids.push((await checksIn(author)).id)
  await freezeEntries({ person: author.person })
  return ids
}

export const stateOfEntry = async (id: string) => (await database.entries.where({ id }).first())?.state
