/** Which words and which mark stand for a state. The words themselves lie in src/locales. */
import type { t } from '@/locales'
import type { Entry, EntryState, Receipt } from '@/sync/types'
import { roundedDistance } from './distance'

type Translate = typeof t
type Tone = 'good' | 'wait' | 'bad' | 'quiet'

export const MARKS: Record<EntryState, { mark: string; tone: Tone }> = {
  recorded: { mark: '○', tone: 'quiet' },
  waiting: { mark: '○', tone: 'quiet' },
  received: { mark: '●', tone: 'good' },
  held: { mark: '◐', tone: 'wait' },
  conflict: { mark: '◐', tone: 'wait' },
  closed: { mark: '×', tone: 'quiet' },
  attention: { mark: '▲', tone: 'bad' },
}

export function stateWords(t: Translate, state: EntryState, receipt?: Receipt): string {
  return t(`state.${state}`, { no: receipt?.receipt_no ?? '' })
}

export function distanceWords(t: Translate, metres: number): string {
  const { unit, value } = roundedDistance(metres)
  return t(unit === 'm' ? 'distance.m' : 'distance.km', { n: value })
}

/** What was judged of the position. Never a reproach. Empty where there was nothing to judge. */
export function verdictWords(t: Translate, { verdict, distance_m }: Receipt): string {
  const distance = typeof distance_m === 'number' ? distanceWords(t, distance_m) : ''
  if (verdict === 'inside') return t('verdict.inside', { distance })
  if (verdict === 'outside') return t('verdict.outside', { distance })
  if (verdict === 'uncertain') return t('verdict.uncertain', { distance })
  return verdict === 'no_fix' ? t('verdict.no_fix') : ''
}

const KNOWN_FLAGS = [
  'clock_skew',
  'clock_impossible',
  'late',
  'stated',
  'overlap',
  'code_unverified',
  'code_guesses',
  'consent_missing',
  'repeat',
] as const

/** Flags in words; those that this version does not know are left out (5.8). */
export function flagWords(t: Translate, flags: string[] = []): string[] {
  return KNOWN_FLAGS.filter((flag) => flags.includes(flag)).map((flag) => t(`flag.${flag}`))
}

const KNOWN_CODES = [
  'entry.station_unknown',
  'entry.target_missing',
  'entry.invalid',
  'entry.newer_version',
  'entry.carried',
  'entry.not_allowed',
  'entry.conflict',
  'entry.unusable',
  'target.not_yours',
  'person.disabled',
  'device.revoked',
  'sync.malformed',
] as const

/** Why an entry waits for staff or for its author: the server's own sentence first. */
export function reasonWords(t: Translate, { reason }: Entry): string {
  if (!reason) return ''
  if (reason.message) return reason.message
  const code = KNOWN_CODES.find((known) => known === reason.code)
  return code ? t(`code.${code}`) : t('code.other')
}
