/**
 * Everything the coverage page shows, in calls that do not wait for each other: the table's rows, every
 * station's row for the map, streets' states or districts' rates for its shades, last week's changes, today, and the gaps.
 */
import { computed, type Ref } from 'vue'
import {
  getChanges,
  getCoverage,
  getGaps,
  getToday,
  getWeeks,
  listDivisions,
  listOutlines,
  listStations,
  listTopics,
} from './calls'
import type { Filters } from './rules/filters'
import { divisionLines, placesOf, stationLines } from './rules/lines'
import { hasStreets, piecesOf } from './rules/mapPieces'
import { counted, sorted, type Line } from './rules/rows'
import { columnsFor } from './rules/columns'
import { useLoad } from './useLoad'
import { t, type Key } from './words'
import type { Weeks } from './wire'

type Level = Filters['by'] | 'network'

export function useCoverage(filters: Ref<Filters>) {
  const window = () => filters.value.window
  const within = () => filters.value.within
  const inSight = () => ({ window: window(), within: within() })

  // Stations come with the points, so their table needs the totals only.
  const grouping = () => (filters.value.by === 'station' ? 'network' : filters.value.by)
  const ground = useLoad(loadGround, [], { still: true })
  const drawn = () => hasStreets(ground.data?.outlines ?? [])
  const opened = () => filters.value.by === 'district' && filters.value.open.length > 0
  const levels = () => levelsOf(filters.value).join(' ')

  const table = useLoad(() => grouped(grouping(), inSight()), [window, within, grouping])
  const points = useLoad(() => getCoverage({ ...inSight(), by: 'station' }), [window, within])
  const streets = useLoad(
    async () => (opened() || drawn() ? getCoverage({ ...inSight(), by: 'street' }) : null),
    [window, within, opened, drawn],
  )
  const weeks = useLoad(
    () => Promise.all(levelsOf(filters.value).map((by) => getWeeks({ ...inSight(), by }))),
    [window, within, levels],
  )
  const districts = useLoad(() => getCoverage({ window: window(), by: 'district' }), [window])
  const gaps = useLoad(() => getGaps(window(), within()), [window, within])
  const changes = useLoad(() => getChanges(inSight()), [window, within])
  const today = useLoad(() => getToday(within()), [within])

  const places = computed(() => placesOf(ground.data?.divisions ?? []))
  const topics = computed(() => new Map(ground.data?.topics.map(({ code, name }) => [code, name])))
  const hours = computed(() => hoursByKey(weeks.data ?? []))
  const withWeeks = <L extends Line>(line: L): L => ({ ...line, weeks: hours.value.get(line.key) })
  const onMap = computed(() =>
    stationLines(points.data?.rows ?? [], ground.data?.stations ?? [], places.value).map(withWeeks),
  )
  const ofStreets = computed(() => divisionLines(streets.data?.rows ?? [], places.value).map(withWeeks))
  /** What the lines are, which are still those of before while others are on their way. */
  const level = computed(() => (filters.value.by === 'station' ? 'station' : (table.data?.by ?? 'network')))
  const lines = computed(() => {
    if (level.value === 'station') return onMap.value
    const rows = level.value === 'network' ? [] : (table.data?.rows ?? [])
    return divisionLines(rows, places.value).map(withWeeks)
  })
  const rates = computed(() => new Map(districts.data?.rows.map((row) => [row.key, row.effective_rate])))
  const byStreet = computed(() => new Map(streets.data?.rows.map((row) => [row.key, row])))
  const pieces = computed(() =>
    piecesOf(ground.data?.outlines ?? [], places.value, rates.value, byStreet.value),
  )

  /** What lies below a row that is opened in place, in the table's order. */
  function below(by: 'street' | 'station', key: string): Line[] {
    const found =
      by === 'station'
        ? onMap.value.filter(({ path }) => path.includes(key))
        : ofStreets.value.filter((line) => places.value.trailOf(line.key).some(({ id }) => id === key))
    return sorted(counted(found, ''), columnsFor(filters.value.by), filters.value.sort)
  }

  const isOther = () => ground.data !== null && !places.value.find(within())
  const named = useLoad(async () => (isOther() ? nameOf(within()) : ''), [within, () => ground.data])
  const name = computed(() => places.value.find(within())?.name ?? named.data ?? '')
  const span = computed(() => weeks.data?.[0]?.weeks ?? [])
  const all = computed(() => weeks.data?.[0]?.totals ?? [])
  return {
    ...{ table, points, gaps, changes, today, ground, districts },
    ...{ places, topics, onMap, lines, level, pieces, below, span, all, within: name },
  }
}

/** The name of an area, a sector or a kind; empty for what is no such thing. */
async function nameOf(within: string): Promise<string> {
  const [noun, code] = within.split(':')
  if (noun === 'kind') return t(`kind.${code}` as Key)
  if (!within) return ''
  const by = noun === 'sector' ? 'sector' : 'area'
  const { rows } = await getCoverage({ by })
  return rows.find(({ key }) => key === (code ?? within))?.name ?? ''
}

/** Whose weeks are shown: the table's own level, and those that are opened below it. */
function levelsOf({ by, open }: Filters): Level[] {
  if (!open.length) return [by]
  if (by === 'district') return ['district', 'street', 'station']
  return by === 'street' ? ['street', 'station'] : [by]
}

const hoursByKey = (found: readonly Weeks[]) =>
  new Map(found.flatMap(({ rows }) => rows.map(({ key, duty_hours }) => [key, duty_hours] as const)))

/** Rows that know what they are rows of. */
const grouped = async (by: Level, place: { window: string; within: string }) => ({
  ...(await getCoverage({ ...place, by })),
  by,
})

/** What stands still: fetched once for the page. */
async function loadGround() {
  const [stations, divisions, outlines, topics] = await Promise.all([
    listStations(),
    listDivisions(),
    listOutlines(),
    listTopics(),
  ])
  return { stations, divisions, outlines, topics }
}
