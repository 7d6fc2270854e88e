/** The plain sentences that open the coverage page, made from figures. Keys stand in locales/. */
import type { CoverageRow, Gaps } from '../wire'
import { t } from '../words'
import { gapItems, type GapKind } from './gapItems'

export type Sentence = { key: SentenceKey; values: Record<string, string | number> }

export type SentenceKey =
  | 'sentence.none'
  | 'sentence.served'
  | 'sentence.served_maybe'
  | 'sentence.signs'
  | 'sentence.stations'
  | 'sentence.more'
  | 'sentence.fewer'
  | 'sentence.same'
  | 'sentence.first_streets'
  | 'sentence.first_dormant'
  | 'sentence.first_missing'
  | 'sentence.first_failing'
  | 'sentence.first_phones'
  | 'sentence.nothing_first'

/** How much is really served and how much only has a sign; in stations where no street is in sight. */
export function servedSentences(totals: CoverageRow): Sentence[] {
  const { streets, streets_effective: served, streets_effective_high: high } = totals
  if (!streets || served === null) return [stationsSentence(totals)]
  const maybe = (high ?? served) - served
  const signs = (totals.streets_tangible ?? served) - served
  return [
    maybe > 0
      ? { key: 'sentence.served_maybe', values: { streets, served, maybe } }
      : { key: 'sentence.served', values: { streets, served } },
    ...(signs > 0 ? [{ key: 'sentence.signs' as const, values: { signs } }] : []),
  ]
}

function stationsSentence({ stations, effective }: CoverageRow): Sentence {
  return stations
    ? { key: 'sentence.stations', values: { stations, effective } }
    : { key: 'sentence.none', values: {} }
}

/** The same window seven days before against now. Null when it can't be compared. */
export function changeSentence(now: CoverageRow, before: CoverageRow | null): Sentence | null {
  if (!before || now.streets_effective === null || before.streets_effective === null) return null
  const change = now.streets_effective - before.streets_effective
  if (change === 0) return { key: 'sentence.same', values: {} }
  return { key: change > 0 ? 'sentence.more' : 'sentence.fewer', values: { change: Math.abs(change) } }
}

const NAMED = 2

const FIRST: Record<GapKind, SentenceKey> = {
  streets: 'sentence.first_streets',
  dormant: 'sentence.first_dormant',
  not_tangible: 'sentence.first_missing',
  failing: 'sentence.first_failing',
  phones: 'sentence.first_phones',
}

/** `布吉、坪地` where there are no more, else `布吉、坪地等 5 个`. */
function who(things: readonly { name: string }[]): string {
  const named = things.slice(0, NAMED).map(({ name }) => name)
  const names = named.join('、')
  return things.length > NAMED ? t('sentence.among', { names, count: things.length }) : names
}

/** What to do first, most pressing first and two sentences at most: streets, then stations, then phones. */
export function firstSentences(gaps: Gaps): Sentence[] {
  const said = gapItems(gaps)
    .filter(({ items }) => items.length)
    .slice(0, NAMED)
    .map(({ kind, items }) => ({ key: FIRST[kind], values: { who: who(items), count: items.length } }))
  return said.length ? said : [{ key: 'sentence.nothing_first', values: {} }]
}
