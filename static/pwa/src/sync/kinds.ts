/**
 * The kinds of entries: what the body of each holds, and what of it the office can put right in a held one.
 * Here a new kind is entered; its name stands in locales/kinds.*.json.
 */
export type Fix = { lat: number; lon: number; accuracy_m: number; age_s: number }
export type NoFixReason = 'denied' | 'timeout' | 'unavailable'

export type Presence = {
  station_id: string
  fix: Fix | null
  no_fix_reason: NoFixReason | null
  station_code?: string | null
  stated_at?: string | null
  note?: string | null
}

export type CheckIn = Presence & { purpose: 'duty' | 'reception' | 'session' | 'visit' }
export type ShiftEnd = { shift_id: string; stated_at?: string | null; note?: string | null }

export type Constituent = { name?: string; contact?: string; consent: true; consent_version: string }

export type Reception = {
  station_id: string
  shift_id?: string | null
  started_at: string
  ended_at?: string | null
  channel: 'walk_in' | 'appointment' | 'phone' | 'visit' | 'qr'
  party_kind: 'person' | 'group' | 'enterprise' | 'organisation'
  headcount: number
  topic: string
  summary: string
  answered_on_spot: boolean
  wants_reply: boolean
  constituent?: Constituent | null
}

export type Correction = { target_id: string; changes: Record<string, unknown>; reason: string }
export type Withdrawal = { target_id: string; reason: string }

export type Bodies = {
  check_in: CheckIn
  shift_start: Presence
  shift_end: ShiftEnd
  reception: Reception
  correction: Correction
  withdrawal: Withdrawal
}

export type Kind = keyof Bodies

/** An input of the office's form. Its word is `field.…`, in the office's locale or beside the kind's name. */
export type FieldType = 'station' | 'topic' | 'choice' | 'number' | 'moment' | 'yes_no' | 'text' | 'long'
export type Field<Name extends string = string> = { name: Name; type: FieldType; choices?: readonly string[] }

const CHANNELS = ['walk_in', 'appointment', 'phone', 'visit', 'qr'] as const
const PARTIES = ['person', 'group', 'enterprise', 'organisation'] as const
const STATION = { name: 'station_id', type: 'station' } as const
const STATED = { name: 'stated_at', type: 'moment' } as const
const NOTE = { name: 'note', type: 'long' } as const
const TARGET = { name: 'target_id', type: 'text' } as const
const SHIFT = { name: 'shift_id', type: 'text' } as const
const REASON = { name: 'reason', type: 'text' } as const

export const FIELDS: { readonly [K in Kind]: readonly Field<keyof Bodies[K] & string>[] } = {
  check_in: [
    STATION,
    { name: 'purpose', type: 'choice', choices: ['duty', 'reception', 'session', 'visit'] },
    STATED,
    NOTE,
  ],
  shift_start: [STATION, STATED, NOTE],
  shift_end: [SHIFT, STATED, NOTE],
  reception: [
    STATION,
    { name: 'started_at', type: 'moment' },
    { name: 'ended_at', type: 'moment' },
    { name: 'headcount', type: 'number' },
    { name: 'topic', type: 'topic' },
    { name: 'channel', type: 'choice', choices: CHANNELS },
    { name: 'party_kind', type: 'choice', choices: PARTIES },
    { name: 'summary', type: 'long' },
    { name: 'answered_on_spot', type: 'yes_no' },
    { name: 'wants_reply', type: 'yes_no' },
    SHIFT,
  ],
  correction: [TARGET, REASON],
  withdrawal: [TARGET, REASON],
}
