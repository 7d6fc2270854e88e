/** A flat picture of a small piece of the earth: equirectangular, true to scale at its middle latitude. */

export type Bounds = { west: number; south: number; east: number; north: number }
export type Point = { x: number; y: number }
export type Ring = [number, number][]
export type Geometry =
  { type: 'Polygon'; coordinates: Ring[] } | { type: 'MultiPolygon'; coordinates: Ring[][] }

const SMALLEST_SPAN = 0.005 // degrees, about 500 m: one lone station must not fill the page

export const ringsOf = (geometry: Geometry): Ring[] =>
  geometry.type === 'Polygon' ? geometry.coordinates : geometry.coordinates.flat()

/** The box around all positions [lon, lat]; null when there are none. */
export function boundsOf(positions: Iterable<readonly [number, number]>): Bounds | null {
  let box: Bounds | null = null
  for (const [lon, lat] of positions) {
    box ??= { west: lon, south: lat, east: lon, north: lat }
    box.west = Math.min(box.west, lon)
    box.east = Math.max(box.east, lon)
    box.south = Math.min(box.south, lat)
    box.north = Math.max(box.north, lat)
  }
  return box
}

/** Places the bounds in the middle of width × height, with the same scale both ways. */
export function fit(bounds: Bounds, width: number, height: number, padding: number) {
  const squeeze = Math.cos((((bounds.south + bounds.north) / 2) * Math.PI) / 180)
  const spanX = Math.max(bounds.east - bounds.west, SMALLEST_SPAN) * squeeze
  const spanY = Math.max(bounds.north - bounds.south, SMALLEST_SPAN)
  const scale = Math.min((width - 2 * padding) / spanX, (height - 2 * padding) / spanY)
  const middle = { lon: (bounds.west + bounds.east) / 2, lat: (bounds.south + bounds.north) / 2 }
  return (lon: number, lat: number): Point => ({
    x: width / 2 + (lon - middle.lon) * squeeze * scale,
    y: height / 2 - (lat - middle.lat) * scale,
  })
}

export type Projection = ReturnType<typeof fit>

/** The `d` of an SVG path. */
export function pathOf(geometry: Geometry, project: Projection): string {
  const step = (position: readonly [number, number], index: number) => {
    const { x, y } = project(position[0], position[1])
    return `${index ? 'L' : 'M'}${x.toFixed(1)} ${y.toFixed(1)}`
  }
  return ringsOf(geometry)
    .map((ring) => `${ring.map(step).join('')}Z`)
    .join('')
}

/** Where a district's name is written: the middle of its largest ring by area. */
export function labelPoint(geometry: Geometry, project: Projection): Point {
  const rings = ringsOf(geometry).map((ring) => ring.map(([lon, lat]) => project(lon, lat)))
  return centroid(
    rings.reduce((best, ring) => (Math.abs(area(ring)) > Math.abs(area(best)) ? ring : best), []),
  )
}

const cross = (a: Point, b: Point) => a.x * b.y - b.x * a.y
const next = (ring: Point[], index: number) => ring[(index + 1) % ring.length] as Point

const area = (ring: Point[]) =>
  ring.reduce((sum, point, index) => sum + cross(point, next(ring, index)), 0) / 2

function centroid(ring: Point[]): Point {
  const size = 6 * area(ring) || 1
  const sum = (axis: 'x' | 'y') =>
    ring.reduce(
      (total, a, index) => total + (a[axis] + next(ring, index)[axis]) * cross(a, next(ring, index)),
      0,
    )
  return { x: sum('x') / size, y: sum('y') / size }
}

/** How far something at `at` must move to stand inside of 0 to `span`, that much away from its ends. */
export function shiftInside(at: number, span: number, margin: number): number {
  const edge = Math.min(margin, span / 2)
  return Math.min(span - edge, Math.max(edge, at)) - at
}

export type Direction = 'left' | 'right' | 'up' | 'down'

const AHEAD: Record<Direction, (dx: number, dy: number) => [number, number]> = {
  left: (dx, dy) => [-dx, dy],
  right: (dx, dy) => [dx, dy],
  up: (dx, dy) => [-dy, dx],
  down: (dx, dy) => [dy, dx],
}

/** The next point for an arrow key: ahead of `from`, where a step aside costs double. Null at the edge. */
export function nextInDirection<P extends Point>(
  points: readonly P[],
  from: Point,
  direction: Direction,
): P | null {
  let best: P | null = null
  let least = Infinity
  for (const point of points) {
    const [ahead, aside] = AHEAD[direction](point.x - from.x, point.y - from.y)
    const cost = ahead + 2 * Math.abs(aside)
    if (ahead > 0.01 && cost < least) [best, least] = [point, cost]
  }
  return best
}
