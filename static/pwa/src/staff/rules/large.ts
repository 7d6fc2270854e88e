/** Where a network is so large that its page works in another way: drawn as one picture, fetched as it is seen. */
import type { Points } from '../wire'

/** From so many marks on the map is one picture: a browser cannot move so many shapes at once. */
export const MANY_MARKS = 1500
/** From so many stations on the figures of single ones are fetched as they are looked at. */
export const MANY_STATIONS = 2000

/** How much there is at a place; unknown as long as the points that came are those of another one. */
export function sizeOf(
  points: (Points & { within: string }) | null,
  within: string,
): 'unknown' | 'small' | 'large' {
  if (points?.within !== within) return 'unknown'
  const stations = points.divisions.reduce((all, division) => all + division.stations.length, 0)
  return stations > MANY_STATIONS ? 'large' : 'small'
}
