/** What others did with this person's records, and what the person said to it. */
import { computed } from 'vue'
import { answerDatabase } from '@/answers/database'
import { deedsOf, type Deed } from '@/rules/notices'
import { objectionTo } from '@/rules/objections'
import { database } from '@/sync/database'
import type { Entry } from '@/sync/types'
import { useLive } from './live'
import { tap, undoable } from './recorder'
import { person } from './session'
import { useFeed } from './stations'

export type SeenDeed = Deed & { seen: boolean; objection: Entry | null }

export function useDeeds() {
  const notices = useFeed('notice')
  const seen = useLive(() => {
    const of = { person: person.value }
    return () => readSeen(of)
  })
  const deeds = computed<SeenDeed[]>(() =>
    deedsOf(notices.value ?? []).map((deed) => {
      const mark = seen.value?.get(deed.id)
      return { ...deed, seen: mark !== undefined, objection: mark ?? null }
    }),
  )
  const loading = computed(() => notices.value === undefined || seen.value === undefined)
  return { deeds, loading, fresh: computed(() => deeds.value.filter((deed) => !deed.seen)) }
}

/** Notice id → the objection, or null where it was only seen. One that was undone is as if never said. */
async function readSeen(of: { person: string }): Promise<Map<string, Entry | null>> {
  const marks = await answerDatabase.seen.where(of).toArray()
  const ids = marks.flatMap(({ entry_id }) => entry_id ?? [])
  const entries = new Map(
    (await database.entries.where('id').anyOf(ids).toArray()).map((entry) => [entry.id, entry]),
  )
  const received = new Set((await database.receipts.where(of).primaryKeys()).map(([, id]) => id))
  const standing = marks.filter(({ entry_id: id }) => !id || entries.has(id) || received.has(id))
  return new Map(standing.map(({ id, entry_id }) => [id, entries.get(entry_id ?? '') ?? null]))
}

export const placeOfObjection = ({ id }: Deed) => `objection ${id}`

export const markSeen = ({ id }: Deed, entry_id: string | null = null) =>
  answerDatabase.seen.put({ person: person.value, id, entry_id })

/** One tap: saved like any other entry, and can be undone like it. */
export async function object(deed: Deed, reason: string): Promise<void> {
  const place = placeOfObjection(deed)
  const said = objectionTo(deed, reason)
  if (!said) return
  await tap({ place, ...said })
  await markSeen(deed, undoable.get(place) ?? null)
}
