/** The stored stations in the order in which this member wants them, and the one that is in front. */
import { computed, shallowRef, watch } from 'vue'
import { doubtful, inOrderOfUse, questionOf, type Station } from '@/rules/stations'
import { database } from '@/sync/database'
import type { FeedRow } from '@/sync/types'
import { useLive } from './live'
import { position } from './position'
import { person, session } from './session'

/** Chosen by hand; stands until another is chosen or the app is closed, and outlives a new version. */
export const chosenStation = shallowRef(sessionStorage.getItem('station'))
watch(chosenStation, (id) => sessionStorage.setItem('station', id ?? ''))

/** Where fences overlap: the question and the answer, so that it is asked once. */
const ANSWERS = 'which station'
const answers = shallowRef<Record<string, string>>(JSON.parse(localStorage.getItem(ANSWERS) ?? '{}'))
const ask = (stations: { id: string }[]) => `${person.value} ${questionOf(stations)}`

export function answerWhich(stations: { id: string }[], id: string): void {
  answers.value = { ...answers.value, [ask(stations)]: id }
  localStorage.setItem(ANSWERS, JSON.stringify(answers.value))
}

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
    return used.value && [...new Set([...last, ...(session.value?.me.member.station_ids ?? [])])]
  })
}

export function useStations() {
  const rows = useFeed('station')
  const familiar = useFamiliar()
  const stations = computed(() =>
    inOrderOfUse({
      stations: (rows.value ?? []).map(({ id, data }) => ({ ...data, id }) as Station),
      from: position.value,
      familiar: familiar.value ?? [],
    }),
  )
  const byId = computed(() => new Map(stations.value.map((station) => [station.id, station])))
  const answerTo = (asked: { id: string }[]) => answers.value[ask(asked)] ?? ''
  const answered = computed(() => byId.value.get(answerTo(doubtful(stations.value, null))))
  const front = computed(
    () => byId.value.get(chosenStation.value ?? '') ?? answered.value ?? stations.value[0] ?? null,
  )
  const loading = computed(() => rows.value === undefined || familiar.value === undefined)
  return { stations, byId, front, loading, answerTo }
}
