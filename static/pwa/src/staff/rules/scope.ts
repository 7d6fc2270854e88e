/** Which stations a person of staff answers for, so that no choice is offered that the server would refuse. Pure. */
import type { Station } from '../wire'

export type Scope = { level: string; station_ids: string[]; division_id: string | null }

export function inScope(stations: Station[], { level, station_ids, division_id }: Scope): Station[] {
  if (level === 'network') return stations
  if (level === 'district') return stations.filter((each) => each.division_path.includes(division_id ?? ''))
  return stations.filter(({ id }) => station_ids.includes(id))
}
