/** The trend of both rates as lines in a box: the settled part is solid, the provisional part hatched. */
import type { Point } from '../wire'

export type Rate = 'tangible_rate' | 'effective_rate'
export type At = { x: number; y: number; point: Point }

export const BOX = { height: 200, left: 44, right: 12, top: 14, bottom: 26 }

/** A rate's height in the box: 0 % at the bottom, 100 % at the top. */
export const heightOf = (rate: number): number =>
  BOX.top + (1 - rate) * (BOX.height - BOX.top - BOX.bottom)

/** Where the points of one rate stand, evenly from left to right; those without a rate are left out. */
export function placesOf(points: readonly Point[], rate: Rate, width: number): At[] {
  const step = (width - BOX.left - BOX.right) / Math.max(points.length - 1, 1)
  return points.flatMap((point, index) => {
    const value = point[rate]
    return value === null ? [] : [{ x: BOX.left + index * step, y: heightOf(value), point }]
  })
}

/** The line up to the last settled point, and from there on. */
export function parts(places: readonly At[]): { settled: At[]; provisional: At[] } {
  const first = places.findIndex(({ point }) => point.provisional > 0)
  if (first < 0) return { settled: [...places], provisional: [] }
  return { settled: places.slice(0, first), provisional: places.slice(Math.max(0, first - 1)) }
}

export const lineOf = (places: readonly At[]): string =>
  places.map(({ x, y }, index) => `${index ? 'L' : 'M'}${x.toFixed(1)} ${y.toFixed(1)}`).join('')

/** The ground between a line and the bottom of the box. */
export function areaOf(places: readonly At[]): string {
  const [first, last] = [places[0], places.at(-1)]
  if (!first || !last || first === last) return ''
  const bottom = heightOf(0)
  return `${lineOf(places)}L${last.x.toFixed(1)} ${bottom}L${first.x.toFixed(1)} ${bottom}Z`
}
