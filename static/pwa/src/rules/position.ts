/** Which of two positions to believe. Times are ms since 1970 by the phone. */
import { distanceM, type Place } from './distance'

export type Position = Place & { accuracy_m: number; taken_at: number }

const FRESH_MS = 30_000
const FASTEST_M_PER_S = 70 // a train; what goes faster is a jump between two ways of finding a position
export const ROUGH_M = 1000 // as iOS gives it without 精确位置
export const OLD_MS = 600_000 // by then one may be at another station

/** A rougher one, or one that nobody can have reached, does not take the place of a fresh and finer one. */
export function believed(known: Position | null, found: Position): Position {
  if (!known || found.accuracy_m <= known.accuracy_m) return found
  const elapsed_ms = found.taken_at - known.taken_at
  if (elapsed_ms > FRESH_MS) return found
  const apart_m = distanceM(known, found) - known.accuracy_m - found.accuracy_m
  return apart_m > 0 && apart_m <= (FASTEST_M_PER_S * elapsed_ms) / 1000 ? found : known
}

type Fence = { distance_m: number | null; fence_radius_m?: number }
export const FENCE_M = 300

/** As the server will judge it: with all its uncertainty it lies outside. */
export function isOutside({ distance_m, fence_radius_m = FENCE_M }: Fence, accuracy_m: number): boolean {
  return distance_m !== null && distance_m - accuracy_m > fence_radius_m
}

export function isInFence({ distance_m, fence_radius_m = FENCE_M }: Fence): boolean {
  return distance_m !== null && distance_m <= fence_radius_m
}
