/** From what stands in the form to what is sent. Times are ms since 1970 by the phone. */
import { localTime } from '@/sync/time'
import type { Reception } from '@/sync/types'

export const CHANNELS = ['walk_in', 'appointment', 'phone', 'visit', 'qr'] as const
export const PARTIES = ['person', 'group', 'enterprise', 'organisation'] as const
export const CONSENT_VERSION = '1'
export const SUMMARY_MAX = 2000

export type Answered = { answered_on_spot: boolean; wants_reply: boolean }
export type Encounter = { channel: Reception['channel']; party_kind: Reception['party_kind'] }
export type Named = { consent: boolean; name: string; contact: string }
export type ReceptionDraft = Answered & Encounter & Named & {
  station_id: string | null
  headcount: number
  topic: string | null
  summary: string
  started_at: number
}

export function emptyDraft(now: number): ReceptionDraft {
  return {
    station_id: null,
    headcount: 1,
    topic: null,
    summary: '',
    started_at: now,
    channel: 'walk_in',
    party_kind: 'person',
    answered_on_spot: false,
    wants_reply: false,
    consent: false,
    name: '',
    contact: '',
  }
}

type Context = { draft: ReceptionDraft; station_id: string; topic: string; shift_id: string | null }

/** Name and contact leave the form only with the consent mark. */
export function receptionOf({ draft, station_id, topic, shift_id }: Context): Reception {
  const { headcount, summary, channel, party_kind, answered_on_spot, wants_reply } = draft
  return {
    station_id,
    shift_id,
    started_at: localTime(new Date(draft.started_at)),
    channel,
    party_kind,
    headcount,
    topic,
    summary: summary.trim().slice(0, SUMMARY_MAX),
    answered_on_spot,
    wants_reply,
    constituent: constituentOf(draft),
  }
}

export function constituentOf({ consent, name, contact }: Named): Reception['constituent'] {
  if (!consent || !(name.trim() || contact.trim())) return null
  const given = { name: name.trim() || undefined, contact: contact.trim() || undefined }
  return { ...given, consent: true, consent_version: CONSENT_VERSION }
}

export type Answer = 'none' | 'spot' | 'reply'

export const answerOf = ({ answered_on_spot, wants_reply }: Answered): Answer =>
  wants_reply ? 'reply' : answered_on_spot ? 'spot' : 'none'

/** What belongs to others: 12345, petitions, courts and the police. Words by which a summary tells of it. */
const RED_LINES = {
  hotline: /12345|停水|停电|路灯|噪音|噪声|扰民|占道/,
  petition: /信访|上访/,
  court: /法院|起诉|诉讼|判决|仲裁|官司|检察/,
  police: /110|报警|报案|人身(安全|危险)|家暴|殴打|自杀|轻生/,
} as const
export type RedLine = keyof typeof RED_LINES
export const ALL_RED_LINES = Object.keys(RED_LINES) as RedLine[]
export const NUMBERS: Record<RedLine, string> = { hotline: '12345', petition: '', court: '12348', police: '110' }

/** Which of these a text speaks about. It never keeps anybody from writing it down. */
export const redLinesIn = (text: string): RedLine[] => ALL_RED_LINES.filter((line) => RED_LINES[line].test(text))
