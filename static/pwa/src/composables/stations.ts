/** The stored stations in the order in which this member wants them, and the one that is in front. */
import { computed, shallowRef } from 'vue'
import { inOrderOfUse, type Station } from '@/rules/stations'
import { database } from '@/sync/database'
import type { FeedRow } from '@/sync/types'
import { useLive } from './live'
import { position } from './position'
import { person, session } from './session'

/** Chosen by hand; stands until another is chosen or the app starts again. */
export const chosenStation = shallowRef<string | null>(null)

export function useFeed(noun: string) {
  return useLive(() => {
    const of = { person: person.value, noun }
    return (): Promise<FeedRow[]> => database.feed.where(of).toArray()
  })
}

/** Station ids by last use on this phone, then the member's own. */
function useFamiliar() {
  const used = useLive(() => {
    const of = { person: person.value }
    return () => database.entries.where(of).reverse().limit(50).toArray()
  })
  return computed(() => {
    const last = (used.value ?? []).flatMap(({ body }) => ('station_id' in body ? [body.station_id] : []))
    return [...new Set([...last, ...(session.value?.me.member.station_ids ?? [])])]
  })
}

export function useStations() {
  const rows = useFeed('station')
  const familiar = useFamiliar()
  const stations = computed(() =>
    inOrderOfUse({
      stations: (rows.value ?? []).map(({ id, data }) => ({ ...data, id }) as Station),
      from: position.value,
      familiar: familiar.value,
    }),
  )
  const byId = computed(() => new Map(stations.value.map((station) => [station.id, station])))
  const front = computed(() => byId.value.get(chosenStation.value ?? '') ?? stations.value[0] ?? null)
  const loading = computed(() => rows.value === undefined)
  return { stations, byId, front, loading }
}
