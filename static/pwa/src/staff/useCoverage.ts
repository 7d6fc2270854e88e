/**
 * Everything the coverage page shows, in calls that do not wait for each other: the table's rows, every
 * station's row for the map, districts' rates for its shades, last week's totals, and the gaps.
 */
import { computed, type Ref } from 'vue'
import { getCoverage, getGaps, listDivisions, listOutlines, listStations } from './calls'
import type { Filters } from './rules/filters'
import { shiftDay } from './rules/figures'
import { divisionLines, placesOf, stationLines } from './rules/lines'
import type { Coverage } from './wire'
import { useLoad } from './useLoad'

export function useCoverage(filters: Ref<Filters>) {
  const window = () => filters.value.window
  const within = () => filters.value.within
  const inSight = () => ({ window: window(), within: within() })

  // Stations come with the points, so their table needs the totals only.
  const grouping = () => (filters.value.by === 'station' ? 'network' : filters.value.by)

  const table = useLoad(() => getCoverage({ ...inSight(), by: grouping() }), [window, within, grouping])
  const points = useLoad(() => getCoverage({ ...inSight(), by: 'station' }), [window, within])
  const districts = useLoad(() => getCoverage({ window: window(), by: 'district' }), [window])
  const gaps = useLoad(() => getGaps(window(), within()), [window, within])
  const before = useLoad(
    async () => weekBefore(table.data, within()),
    [() => table.data?.window.from, within],
  )
  const ground = useLoad(loadGround)

  const places = computed(() => placesOf(ground.data?.divisions ?? []))
  const onMap = computed(() =>
    stationLines(points.data?.rows ?? [], ground.data?.stations ?? [], places.value),
  )
  const lines = computed(() =>
    filters.value.by === 'station' ? onMap.value : divisionLines(table.data?.rows ?? [], places.value),
  )
  const rates = computed(() => new Map(districts.data?.rows.map((row) => [row.key, row.effective_rate])))

  return { table, points, gaps, before, ground, places, onMap, lines, rates }
}

/** What stands still: fetched once for the page. */
async function loadGround() {
  const [stations, divisions, outlines] = await Promise.all([listStations(), listDivisions(), listOutlines()])
  return { stations, divisions, outlines }
}

async function weekBefore(now: Coverage | null, within: string): Promise<Coverage | null> {
  if (!now) return null
  const { from, to } = now.window
  return getCoverage({ from: shiftDay(from, -7), to: shiftDay(to, -7), by: 'network', within })
}
