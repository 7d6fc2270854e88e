/**
 * Everything the coverage page shows. First, in calls that do not wait for each other, what somebody reads first: the
 * table's rows, every station's place and state for the map, last week's changes, today, and the first gaps. Then
 * streets' states or districts' rates for the map's shades, and weeks. Where stations are many their figures come
 * only as far as they are looked at.
 */
import { computed, shallowRef, watch, type Ref } from 'vue'
import {
  getChanges,
  getCoverage,
  getGaps,
  getPoints,
  getToday,
  getWeeks,
  listDivisions,
  listOutlines,
  listTopics,
} from './calls'
import type { Filters } from './rules/filters'
import { divisionLines, placesOf, spotsOf, stationLines, type StationLine } from './rules/lines'
import { hasStreets, piecesOf } from './rules/mapPieces'
import { counted, sorted, type Line } from './rules/rows'
import { columnsFor } from './rules/columns'
import { hasAnswered, useLoad } from './useLoad'
import { t, type Key } from './words'
import { MANY_STATIONS, sizeOf } from './rules/large'
import type { CoverageRow, Weeks } from './wire'

const FIRST_GAPS = 20
const MOST_IDS = 100

type Level = Filters['by'] | 'network'

export function useCoverage(filters: Ref<Filters>) {
  const window = () => filters.value.window
  const within = () => filters.value.within
  const inSight = () => ({ window: window(), within: within() })

  // Stations come with the points, so their table needs the totals only.
  const grouping = () => (filters.value.by === 'station' ? 'network' : filters.value.by)
  const outlined = () => (ground.data?.outlines.length ?? 0) > 0
  const shaded = () => isThere.value && hasStreets(ground.data?.outlines ?? [])
  const opened = () => filters.value.by === 'district' && filters.value.open.length > 0
  const levels = (): Level[] => levelsOf(filters.value, isSmall())

  const table = useLoad(() => grouped(grouping(), inSight()), [window, within, grouping])
  const ground = useLoad(loadGround, [], { still: true })
  const points = useLoad(() => pointsWithin(inSight()), [window, within])
  const changes = useLoad(() => getChanges(inSight()), [window, within])
  const gaps = useLoad(() => getGaps(window(), within(), FIRST_GAPS), [window, within])
  const today = useLoad(() => getToday(within()), [within])
  /** A server has few hands: what can wait is asked for when all of this has come, or will not. */
  const isThere = computed(() => [table, ground, points, changes, gaps, today].every(hasAnswered))

  const places = computed(() => placesOf(ground.data?.divisions ?? []))
  const spots = computed(() => (points.data ? spotsOf(points.data, places.value) : []))
  const isLarge = computed(() => spots.value.length > MANY_STATIONS)
  /** Known of the place that is asked for: the points of the one before say nothing about it. */
  const isSmall = () => sizeOf(points.data, within()) === 'small'
  const isKnown = () => sizeOf(points.data, within()) !== 'unknown'
  const rows = useLoad(
    async () => (isSmall() ? getCoverage({ ...inSight(), by: 'station' }) : null),
    [window, within, isSmall],
  )
  const isDistrict = (id: string) => places.value.find(id)?.level === 'district'
  const openedIn = () => (isLarge.value && opened() ? filters.value.open.filter(isDistrict).join(' ') : '')
  const streets = useLoad(
    () => listStreets(inSight(), { whole: shaded() || (opened() && isSmall()), open: openedIn() }),
    [window, within, opened, shaded, isSmall, openedIn],
  )
  const weeks = useLoad(
    async () => (isThere.value ? Promise.all(levels().map((by) => getWeeks({ ...inSight(), by }))) : null),
    [window, within, () => levels().join(' '), isThere],
  )
  /** Of all districts; where these are the table's rows, nobody asks twice. */
  const isWhole = () => grouping() === 'district' && !within()
  const districts = useLoad(
    async () => (isThere.value && outlined() && !isWhole() ? getCoverage({ window: window(), by: 'district' }) : null),
    [window, isWhole, outlined, isThere],
  )

  const topics = computed(() => new Map(ground.data?.topics.map(({ code, name }) => [code, name])))
  const hours = computed(() => hoursByKey(weeks.data ?? []))
  const withWeeks = <L extends Line>(line: L): L => ({ ...line, weeks: hours.value.get(line.key) })
  const stations = computed(() =>
    isLarge.value ? spots.value : stationLines(rows.data?.rows ?? [], spots.value).map(withWeeks),
  )
  const ofStreets = computed(() => divisionLines(streets.data?.rows ?? [], places.value).map(withWeeks))
  /** What the lines are, which are still those of before while others are on their way. */
  const level = computed(() => (filters.value.by === 'station' ? 'station' : (table.data?.by ?? 'network')))
  const lines = computed(() => {
    if (level.value === 'station') return stations.value
    const groups = level.value === 'network' ? [] : (table.data?.rows ?? [])
    return divisionLines(groups, places.value).map(withWeeks)
  })
  /** The last that came: shades stay while others are on their way. */
  const rates = shallowRef(new Map<string, number | null>())
  const rated = (rows: CoverageRow[]) =>
    (rates.value = new Map(rows.map((row) => [row.key, row.effective_rate])))
  watch(
    () => districts.data,
    (found) => found && rated(found.rows),
  )
  watch(
    () => table.data,
    (found) => found?.by === 'district' && !found.within && rated(found.rows),
  )
  const byStreet = computed(() => new Map(streets.data?.rows.map((row) => [row.key, row])))
  const pieces = computed(() =>
    piecesOf(ground.data?.outlines ?? [], places.value, rates.value, byStreet.value),
  )

  /** What lies below a row that is opened in place, in the table's order. */
  function below(by: 'street' | 'station', key: string): Line[] {
    const found =
      by === 'station'
        ? stations.value.filter(({ path }) => path.includes(key))
        : ofStreets.value.filter((line) => places.value.trailOf(line.key).some(({ id }) => id === key))
    return sorted(counted(found, ''), columnsFor(filters.value.by), filters.value.sort)
  }

  /** The lines of some stations with their figures, which are fetched where they are many. */
  async function withFigures(some: readonly StationLine[]): Promise<StationLine[]> {
    if (!isLarge.value) return stations.value.filter(({ key }) => some.some((each) => each.key === key))
    const found = await Promise.all(
      portions(some).map((ids) => getCoverage({ ...inSight(), by: 'station', ids })),
    )
    return stationLines(
      found.flatMap(({ rows: given }) => given),
      some,
    )
  }

  const isOther = () => ground.data !== null && !places.value.find(within())
  const named = useLoad(async () => (isOther() ? nameOf(within()) : ''), [within, () => ground.data])
  const name = computed(() => places.value.find(within())?.name ?? named.data ?? '')
  const span = computed(() => weeks.data?.[0]?.weeks ?? [])
  const all = computed(() => weeks.data?.[0]?.totals ?? [])
  return {
    ...{ table, points, rows, streets, weeks, gaps, changes, today, ground, districts },
    ...{ isThere, places, topics, spots, isLarge, isKnown, withFigures, lines, level, pieces, below, span, all, within: name },
  }
}

/** Ids with commas between, as many at a time as the server takes. */
const portions = (some: readonly StationLine[]): string[] =>
  Array.from({ length: Math.ceil(some.length / MOST_IDS) }, (_, nth) =>
    some
      .slice(nth * MOST_IDS, (nth + 1) * MOST_IDS)
      .map(({ key }) => key)
      .join(','),
  )

/** The name of an area, a sector or a kind; empty for what is no such thing. */
async function nameOf(within: string): Promise<string> {
  const [noun, code] = within.split(':')
  if (noun === 'kind') return t(`kind.${code}` as Key)
  if (!within) return ''
  const by = noun === 'sector' ? 'sector' : 'area'
  const { rows } = await getCoverage({ by })
  return rows.find(({ key }) => key === (code ?? within))?.name ?? ''
}

/** Whose weeks are shown: the table's own level, and those that are opened below it; not of many stations. */
function levelsOf({ by, open }: Filters, isSmall: boolean): Level[] {
  if (!isSmall && by === 'station') return []
  if (!isSmall || !open.length) return [by]
  if (by === 'district') return ['district', 'street', 'station']
  return by === 'street' ? ['street', 'station'] : [by]
}

const hoursByKey = (found: readonly Weeks[]) =>
  new Map(found.flatMap(({ rows }) => rows.map(({ key, duty_hours }) => [key, duty_hours] as const)))

/** Rows that know what they are rows of. */
const grouped = async (by: Level, place: Place) => ({
  ...(await getCoverage({ ...place, by })),
  by,
  within: place.within,
})

type Place = { window: string; within: string }

/** The points that know of which place they are. */
const pointsWithin = async (place: Place) => ({ ...(await getPoints(place)), within: place.within })

/** The rows of streets: all that are in sight, or those of the districts that are open. */
async function listStreets(place: Place, { whole, open }: { whole: boolean; open: string }) {
  if (whole) return getCoverage({ ...place, by: 'street' })
  if (!open) return null
  const found = await Promise.all(open.split(' ').map(streetsOf(place.window)))
  return { ...found[0]!, rows: found.flatMap(({ rows }) => rows) }
}

const streetsOf = (window: string) => (within: string) => getCoverage({ window, within, by: 'street' })

/** What stands still: fetched once for the page. */
async function loadGround() {
  const [divisions, outlines, topics] = await Promise.all([
    listDivisions(),
    listOutlines(),
    listTopics(),
  ])
  return { divisions, outlines, topics }
}
