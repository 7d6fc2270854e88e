/** Joins coverage rows with what is known about their place: the table's lines and the map's points. */
import type { CoverageRow, Division, Station } from '../wire'
import type { Line } from './rows'
import { STATES, stateOf, stateOfStreet, type StationState } from './states'

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

/** Only stations of which there are figures: others lie outside the reader's scope. */
export function stationLines(
  rows: readonly CoverageRow[],
  stations: readonly Station[],
  places: Places,
): StationLine[] {
  const figures = new Map(rows.map((row) => [row.key, row]))
  return stations.flatMap((station) => {
    const row = figures.get(station.id)
    return row ? [stationLine(row, station, places)] : []
  })
}

function stationLine(row: CoverageRow, station: Station, places: Places): StationLine {
  const state = row.state ?? stateOf(row, station.status)
  const place = places.districtOf(station.division_id)?.name ?? ''
  const { code, lat, lon } = station
  const path = station.division_path
  return { ...row, code, place, lat, lon, path, state, rank: STATES.indexOf(state) }
}

/** Shades of a district by its effective rate: 0 (least) to 3; null where there is no rate. */
export function shadeOf(rate: number | null | undefined): 0 | 1 | 2 | 3 | null {
  if (rate === null || rate === undefined) return null
  if (rate < 0.5) return 0
  if (rate < 0.75) return 1
  return rate < 0.9 ? 2 : 3
}
