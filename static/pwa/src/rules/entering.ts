/** 代录: what a liaison enters in somebody's name. The member's position is not known, and none is made up. */
import { localTime } from '@/sync/time'
import type { Bodies } from '@/sync/types'

export const ACTS = ['check_in', 'shift', 'reception'] as const
export type Act = (typeof ACTS)[number]

export type Entering = {
  member_id: string
  station_id: string
  act: Act
  /** ms since 1970; null: now. */
  at: number | null
  ended: boolean
  ends_at: number | null
  headcount: number
  topic: string | null
  summary: string
  wants_reply: boolean
}

export const emptyEntering = (): Entering => ({
  member_id: '',
  station_id: '',
  act: 'check_in',
  at: null,
  ended: false,
  ends_at: null,
  headcount: 1,
  topic: null,
  summary: '',
  wants_reply: false,
})

/** What is still missing, or null. */
export function missingIn({ member_id, station_id, act, at, ended, ends_at, topic }: Entering, now: number) {
  if (!member_id) return 'member'
  if (!station_id) return 'station'
  if (act === 'reception' && !topic) return 'topic'
  if (act === 'shift' && ended && (ends_at ?? now) <= (at ?? now)) return 'end'
  return null
}

const stated = (at: number | null) => (at === null ? null : localTime(new Date(at)))
const unknown = { fix: null, no_fix_reason: null }

export function checkInOf({ station_id, at }: Entering, isOwnStation: boolean): Bodies['check_in'] {
  return { station_id, purpose: isOwnStation ? 'duty' : 'visit', ...unknown, stated_at: stated(at) }
}

export const startOf = ({ station_id, at }: Entering): Bodies['shift_start'] => ({
  station_id,
  ...unknown,
  stated_at: stated(at),
})

export const endOf = (shift_id: string, ends_at: number | null): Bodies['shift_end'] => ({
  shift_id,
  stated_at: stated(ends_at),
})

export function receptionFor(entering: Entering, now: number): Bodies['reception'] {
  const { station_id, at, headcount, topic, summary, wants_reply } = entering
  return {
    station_id,
    started_at: localTime(new Date(at ?? now)),
    channel: 'walk_in',
    party_kind: headcount > 1 ? 'group' : 'person',
    headcount,
    topic: topic ?? '',
    summary: summary.trim(),
    answered_on_spot: !wants_reply,
    wants_reply,
  }
}
