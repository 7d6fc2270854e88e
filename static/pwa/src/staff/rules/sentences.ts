/** The three plain sentences that open the coverage page, made from figures. The words stand in locales/. */
import type { Changes, CoverageRow, Gaps } from '../wire'
import { t } from '../words'
import { count } from './figures'
import type { Counting } from './filters'
import { gapItems, type GapItem, type GapKind } from './gapItems'

/** A piece of a sentence; what it opens are the streets that it counts. */
export type Piece = { text: string; opens?: { only?: Counting; sort?: string } }

/** Stands around each piece that opens something, while the sentence is put together. */
const SEAM = '\u0001'
const seamed = (piece: number, text: string) => `${SEAM}${piece}${text}${SEAM}`

/** How much is really served, how much only has a sign, and how much not even that; in stations where no street is in sight. */
export function servedPieces(totals: CoverageRow): Piece[] {
  const { streets, stations, effective, streets_effective: served } = totals
  if (streets && !stations) return [{ text: t('sentence.no_station', { streets: count(streets) }) }]
  if (streets && served !== null) return streetsPieces(totals, streets, served)
  if (!stations) return [{ text: t('sentence.none') }]
  return [{ text: t('sentence.stations', { stations: count(stations), effective: count(effective) }) }]
}

export const servedSentence = (totals: CoverageRow): string =>
  servedPieces(totals)
    .map(({ text }) => text)
    .join('')

const OPENS = [{ only: 'streets_effective' }, { only: 'gap' }, { sort: 'tangible_rate' }] as const

function streetsPieces(totals: CoverageRow, streets: number, served: number): Piece[] {
  const maybe = (totals.streets_effective_high ?? served) - served
  const tangible = totals.streets_tangible ?? served
  const part = (key: 'signs' | 'rest', piece: number, value: number) =>
    value > 0 ? t(`sentence.${key}`, { [key]: seamed(piece, count(value)) }) : ''
  const sentence = t('sentence.served', {
    streets: count(streets),
    served: seamed(0, count(served)),
    maybe: maybe > 0 ? t('sentence.maybe', { maybe: count(maybe) }) : '',
    signs: part('signs', 1, tangible - served) + part('rest', 2, streets - tangible),
  })
  return sentence.split(SEAM).map((text, nth) => {
    return nth % 2 ? { text: text.slice(1), opens: OPENS[Number(text[0])] } : { text }
  }) as Piece[]
}

/** Which streets changed sides within a week. */
export function changeSentence({ gained, lost }: Changes): string {
  const what = [
    ...(gained.length ? [t('sentence.gained', { who: who(gained) })] : []),
    ...(lost.length ? [t('sentence.lost', { who: who(lost) })] : []),
  ]
  return what.length ? t('sentence.changed', { what: what.join(t('sentence.and')) }) : t('sentence.same')
}

const NAMED = 2

/** `布吉、坪地` where there are no more, else `布吉、坪地等 5 个`. */
function who(things: readonly { name: string }[], total = things.length): string {
  const names = things.slice(0, NAMED).map(({ name }) => name)
  const said = names.join('、')
  return total > NAMED ? t('sentence.among', { names: said, count: count(total) }) : said
}

const FIRST: Record<GapKind, (items: GapItem[], total: number) => string> = {
  streets: (items, total) => t('sentence.first_streets', { who: who(items, total) }),
  dormant: dormantWords,
  not_tangible: (items, total) => t('sentence.first_missing', { who: who(items, total) }),
  failing: (items, total) => t('sentence.first_failing', { who: who(items, total) }),
  phones: (_items, total) => t('sentence.first_phones', { count: count(total) }),
}

/** For how many days at least, where all of them are known. */
function dormantWords(items: GapItem[], total: number): string {
  const days = Math.min(...items.map((item) => item.days ?? Infinity))
  return Number.isFinite(days) && total === items.length
    ? t('sentence.first_dormant_days', { who: who(items), days })
    : t('sentence.first_dormant', { who: who(items, total) })
}

/** What to do first, most pressing first: two kinds of gaps at most, and who waits for a reply. */
export function firstSentence(gaps: Gaps, waiting: number): string {
  const what = gapItems(gaps)
    .filter(({ items }) => items.length)
    .slice(0, NAMED)
    .map(({ kind, items, total }) => FIRST[kind](items, total))
  if (waiting) what.push(t('sentence.first_replies', { count: count(waiting) }))
  return what.length
    ? t('sentence.first', { what: what.join(t('sentence.and')) })
    : t('sentence.nothing_first')
}
