/** The three plain sentences that open the coverage page, made from figures. The words stand in locales/. */
import type { Changes, CoverageRow, Gaps } from '../wire'
import { t } from '../words'
import { count } from './figures'
import type { Counting } from './filters'
import { gapItems, type GapItem, type GapKind } from './gapItems'

/** What a figure counts: streets of the table, things of the gap list, or receptions of today's lists. */
export type Counted = { streets: Counting | 'all' } | { gap: GapKind } | { today: 'awaiting_reply' }

/** A piece of a sentence; what it opens is exactly what it counts. */
export type Piece = { text: string; opens?: Counted }

/** Stands around each piece that opens something, while the sentence is put together. */
const SEAM = '\u0001'
const MIDDLE = '\u0002'
const seamed = (opens: Counted, text: string) => `${SEAM}${JSON.stringify(opens)}${MIDDLE}${text}${SEAM}`

const cut = (sentence: string): Piece[] =>
  sentence.split(SEAM).map((piece, nth) => {
    const [opens, text] = piece.split(MIDDLE) as [string, string]
    return nth % 2 ? { text, opens: JSON.parse(opens) as Counted } : { text: piece }
  })

/** The whole sentence as it is read. */
export const readPieces = (pieces: readonly Piece[]): string => pieces.map(({ text }) => text).join('')

/** How much is really served, how much only has a sign, and how much not even that; in stations where no street is in sight. */
export function servedPieces(totals: CoverageRow): Piece[] {
  const { streets, stations, effective, streets_effective: served } = totals
  if (streets && !stations) return [{ text: t('sentence.no_station', { streets: count(streets) }) }]
  if (streets && served !== null) return cut(streetsSentence(totals, streets, served))
  if (!stations) return [{ text: t('sentence.none') }]
  return [{ text: t('sentence.stations', { stations: count(stations), effective: count(effective) }) }]
}

function streetsSentence(totals: CoverageRow, streets: number, served: number): string {
  const maybe = (totals.streets_effective_high ?? served) - served
  const tangible = totals.streets_tangible ?? served
  const figure = (value: number, which: Counting | 'all') => seamed({ streets: which }, count(value))
  const signs = tangible - served
  const rest = streets - tangible
  return t('sentence.served', {
    streets: figure(streets, 'all'),
    served: figure(served, 'streets_effective'),
    maybe: maybe > 0 ? t('sentence.maybe', { maybe: count(maybe) }) : '',
    signs:
      (signs > 0 ? t('sentence.signs', { signs: figure(signs, 'gap') }) : '') +
      (rest > 0 ? t('sentence.rest', { rest: figure(rest, 'streets_without') }) : ''),
  })
}

/** Which streets changed sides within a week. */
export function changePieces({ gained, lost }: Changes): Piece[] {
  const named = (which: 'gained' | 'lost', streets: Changes['gained']) =>
    streets.length ? [t(`sentence.${which}`, { who: seamed({ streets: which }, who(streets)) })] : []
  const what = [...named('gained', gained), ...named('lost', lost)]
  return cut(what.length ? t('sentence.changed', { what: what.join(t('sentence.and')) }) : t('sentence.same'))
}

const NAMED = 2

/** `布吉、坪地` where there are no more, else `布吉、坪地等 5 个`. */
function who(things: readonly { name: string }[], total = things.length): string {
  const names = things.slice(0, NAMED).map(({ name }) => name)
  const said = names.join('、')
  return total > NAMED ? t('sentence.among', { names: said, count: count(total) }) : said
}

const gapOf = (gap: GapKind, items: GapItem[], total?: number) => seamed({ gap }, who(items, total))

const FIRST: Record<GapKind, (items: GapItem[], total: number) => string> = {
  streets: (items, total) => t('sentence.first_streets', { who: gapOf('streets', items, total) }),
  dormant: dormantWords,
  not_tangible: (items, total) => t('sentence.first_missing', { who: gapOf('not_tangible', items, total) }),
  failing: (items, total) => t('sentence.first_failing', { who: gapOf('failing', items, total) }),
  phones: (_items, total) =>
    t('sentence.first_phones', { count: seamed({ gap: 'phones' }, count(total)) }),
}

/** For how many days at least, where all of them are known. */
function dormantWords(items: GapItem[], total: number): string {
  const days = Math.min(...items.map((item) => item.days ?? Infinity))
  return Number.isFinite(days) && total === items.length
    ? t('sentence.first_dormant_days', { who: gapOf('dormant', items), days })
    : t('sentence.first_dormant', { who: gapOf('dormant', items, total) })
}

/** What to do first, most pressing first: two kinds of gaps at most, and who waits for a reply. */
export function firstPieces(gaps: Gaps, waiting: number): Piece[] {
  const what = gapItems(gaps)
    .filter(({ items }) => items.length)
    .slice(0, NAMED)
    .map(({ kind, items, total }) => FIRST[kind](items, total))
  if (waiting) {
    what.push(t('sentence.first_replies', { count: seamed({ today: 'awaiting_reply' }, count(waiting)) }))
  }
  return cut(
    what.length
      ? t('sentence.first', { what: what.join(t('sentence.and')) })
      : t('sentence.nothing_first'),
  )
}
