/** Joins coverage rows with what is known about their place: the table's lines and the map's points. */
import type { CoverageRow, Division, MapPoint, Points } from '../wire'
import type { Line } from './rows'
import { STATES, stateOfStreet, type StationState } from './states'

export type StationLine = Line & { state: StationState; lat: number; lon: number; path: string[] }

/** Names of divisions by id, and of the district that each lies in. */
export function placesOf(divisions: readonly Division[]) {
  const byId = new Map(divisions.map((division) => [division.id, division]))
  const find = (id: string | null | undefined) => (id ? byId.get(id) : undefined)
  const districtOf = (id: string | null | undefined): Division | undefined => {
    const division = find(id)
    return !division || division.level === 'district' ? division : districtOf(division.parent_id)
  }
  const trailOf = (id: string | null | undefined): Division[] => {
    const division = find(id)
    return division ? [...trailOf(division.parent_id), division] : []
  }
  return { find, districtOf, trailOf }
}

export type Places = ReturnType<typeof placesOf>

/** Lines of districts or of streets; a street has a state as a station has. */
export function divisionLines(rows: readonly CoverageRow[], places: Places): Line[] {
  return rows.map((row) => {
    const division = places.find(row.key)
    const state = division?.level === 'street' ? stateOfStreet(row) : undefined
    const place = places.districtOf(row.key)?.name ?? ''
    return {
      ...row,
      code: division?.code ?? '',
      place,
      state,
      rank: state ? STATES.indexOf(state) : STATES.length,
    }
  })
}

const NO_RANGE = { low: 0, high: 0 }
/** The figures of a station of which only the place and the state are known: they are never shown. */
const BLANK = {
  ...{ effective_high: 0, not_judged: 0, gates_judged: 0, members_active: 0, silent_phones: 0, provisional: 0 },
  ...{ streets: null, streets_tangible: null, streets_effective: null, streets_effective_high: null },
  ...{ tangible_rate: null, effective_rate: null, effective_rate_high: null, gap: null },
  ...{ shifts: NO_RANGE, duty_hours: NO_RANGE, person_hours: NO_RANGE, receptions: NO_RANGE },
  people_received: NO_RANGE,
  check_ins: { ...NO_RANGE, by_evidence: [0, 0, 0, 0] as [number, number, number, number] },
}

/** Every station in sight: where it stands and its state. */
export function spotsOf({ divisions }: Points, places: Places): StationLine[] {
  return divisions.flatMap(({ division_id, stations }) => {
    const place = places.districtOf(division_id)?.name ?? ''
    const path = places.trailOf(division_id).map(({ id }) => id)
    return stations.map((point) => spotOf(point, place, path))
  })
}

function spotOf(
  [key, code, name, lat, lon, state, bits]: MapPoint,
  place: string,
  path: string[],
): StationLine {
  const counts = [bits & 1, (bits >> 1) & 1, (bits >> 2) & 1, bits >> 3] as const
  const [stations, tangible, effective, dormant] = counts
  const rank = STATES.indexOf(state)
  // What is spread comes last: the other way round the browser takes twenty times as long, half a second for thousands.
  return { key, code, name, lat, lon, state, place, path, rank, stations, tangible, effective, dormant, ...BLANK }
}

/** The spots of which there are figures, with them. */
export function stationLines(rows: readonly CoverageRow[], spots: readonly StationLine[]): StationLine[] {
  const figures = new Map(rows.map((row) => [row.key, row]))
  return spots.flatMap((spot) => {
    const row = figures.get(spot.key)
    return row ? [{ ...spot, ...row, state: spot.state }] : []
  })
}

/** Shades of a district by its effective rate: 0 (least) to 3; null where there is no rate. */
export function shadeOf(rate: number | null | undefined): 0 | 1 | 2 | 3 | null {
  if (rate === null || rate === undefined) return null
  if (rate < 0.5) return 0
  if (rate < 0.75) return 1
  return rate < 0.9 ? 2 : 3
}
