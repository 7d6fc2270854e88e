import { t } from '@/locales'
import { directionTo } from '@/rules/distance'
import type { NearStation } from '@/rules/stations'
import { distanceWords } from '@/rules/words'
import { position } from './position'

const AT_THE_DOOR_M = 50

/** 约 120 米 · 东北. Empty before any position. */
export function nearWords(station: NearStation): string {
  if (station.distance_m === null) return ''
  const distance = distanceWords(t, station.distance_m)
  if (!position.value || station.distance_m < AT_THE_DOOR_M) return distance
  return `${distance} · ${t(`direction.${directionTo(position.value, station)}`)}`
}
