/** What is said beside a fact, in sentences. A flag informs; what this version does not know is left out. */
import { t } from '../words'

const KNOWN = [
  'clock_skew',
  'clock_impossible',
  'late',
  'stated',
  'overlap',
  'too_fast',
  'many_people',
  'code_repeated',
  'code_unverified',
  'code_guesses',
  'released',
] as const

export const flagWords = (flags: readonly string[]): string[] =>
  KNOWN.filter((flag) => flags.includes(flag)).map((flag) => t(`flag.${flag}`))
