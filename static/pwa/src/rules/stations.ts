import { distanceM, type Place } from './distance'
import { isInFence } from './position'

/** A station as the feed brings it. */
export type Station = Place & {
  id: string
  code: string
  name: string
  status: string
  address: string | null
  opening_hours: string | null
  fence_radius_m?: number
}

export type NearStation = Station & { distance_m: number | null }

type Asked = { stations: Station[]; from: Place | null; familiar: string[] }

/**
 * Stations in the order in which a member will want them: nearest first when there is a position,
 * otherwise the familiar ones (last used, then own) and the rest by name. Closed ones come last, and are
 * never left out.
 */
export function inOrderOfUse({ stations, from, familiar }: Asked): NearStation[] {
  const near = stations.map((station) => ({ ...station, distance_m: from && distanceM(from, station) }))
  const place = ({ id }: Station) => (familiar.includes(id) ? familiar.indexOf(id) : familiar.length)
  return near.sort(
    (one, other) =>
      Number(one.status === 'closed') - Number(other.status === 'closed') ||
      (one.distance_m ?? 0) - (other.distance_m ?? 0) ||
      place(one) - place(other) ||
      one.name.localeCompare(other.name, 'zh'),
  )
}

/** Stations whose name or address holds every word of the search. */
export function matching<S extends Station>(stations: S[], search: string): S[] {
  const words = search.trim().split(/\s+/).filter(Boolean)
  return stations.filter(({ name, address }) =>
    words.every((word) => `${name} ${address ?? ''}`.includes(word)),
  )
}

/** One's own station is for duty; anywhere else one is a visitor. Can be corrected later. */
export function purposeAt(station_id: string, own: string[]): 'duty' | 'visit' {
  return own.includes(station_id) ? 'duty' : 'visit'
}

const CHOICES = 3

/**
 * Between which stations only the person can say: those whose fences hold the position, and the one where a tap
 * was saved before there was a position.
 */
export function doubtful(stations: NearStation[], tapped: string | null): NearStation[] {
  const here = stations.filter((station) => station.status !== 'closed' && isInFence(station)).slice(0, CHOICES)
  const other = stations.find(({ id }) => id === tapped)
  const all = other && here.length > 0 && !here.includes(other) ? [other, ...here.slice(0, CHOICES - 1)] : here
  return all.length > 1 ? all : []
}

/** The same stations are the same question, in whatever order. */
export const questionOf = (stations: { id: string }[]) =>
  stations
    .map(({ id }) => id)
    .sort()
    .join(' ')
