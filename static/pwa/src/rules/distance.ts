/**
 * How far and which way, for choosing a station on the phone. The server's own distance (geodesic)
 * decides.
 */
export type Place = { lat: number; lon: number }

const EARTH_RADIUS_M = 6_371_009
const radians = (degrees: number) => (degrees * Math.PI) / 180

/** Great-circle distance in metres; up to 0.5 % off the geodesic one. */
export function distanceM(from: Place, to: Place): number {
  const halfLat = Math.sin(radians(to.lat - from.lat) / 2)
  const halfLon = Math.sin(radians(to.lon - from.lon) / 2)
  const chord = halfLat ** 2 + Math.cos(radians(from.lat)) * Math.cos(radians(to.lat)) * halfLon ** 2
  return 2 * EARTH_RADIUS_M * Math.asin(Math.min(1, Math.sqrt(chord)))
}

export const DIRECTIONS = [
  'north',
  'northeast',
  'east',
  'southeast',
  'south',
  'southwest',
  'west',
  'northwest',
] as const
export type Direction = (typeof DIRECTIONS)[number]

/** The compass direction of `to` seen from `from`, one of eight. */
export function directionTo(from: Place, to: Place): Direction {
  const east = radians(to.lon - from.lon) * Math.cos(radians((from.lat + to.lat) / 2))
  const north = radians(to.lat - from.lat)
  const turns = Math.atan2(east, north) / (2 * Math.PI)
  return DIRECTIONS[((Math.round(turns * 8) % 8) + 8) % 8]!
}

/** Metres to 10 below a kilometre, kilometres to 0.1 below a hundred. */
export function roundedDistance(metres: number): { unit: 'm' | 'km'; value: number } {
  const tens = Math.round(metres / 10) * 10
  if (tens < 1000) return { unit: 'm', value: tens }
  return { unit: 'km', value: metres < 100_000 ? Math.round(metres / 100) / 10 : Math.round(metres / 1000) }
}
