/** The lists of /coverage/gaps brought to one form, each thing once. */
import type { Gaps } from '../wire'
import { t } from '../words'
import { moment, NOTHING } from './figures'
import { gateName, haveWords, needWords } from './gateWords'

export type GapKind = 'streets' | 'dormant' | 'not_tangible' | 'failing' | 'phones'

export type GapItem = {
  key: string
  name: string
  place: string
  /** The station whose page says more. */
  station: string | null
  /** Days since somebody was on duty there, or since the phone spoke; null where nobody ever was. */
  days: number | null
  kinds: GapKind[]
  what: string[]
  fix: string
}

/** `total` is how many there are, also where only the first came. */
export type GapGroup = { kind: GapKind; items: GapItem[]; total: number }

/** The server's name of each list; every street and station together is `all`. */
export const LIST_OF: Record<GapKind | '', string> = {
  '': 'all',
  streets: 'streets_without_station',
  dormant: 'dormant',
  not_tangible: 'not_tangible',
  failing: 'failing',
  phones: 'quiet_devices',
}

export function gapItems(gaps: Gaps): GapGroup[] {
  const group = (kind: GapKind, items: GapItem[]): GapGroup => {
    return { kind, items, total: gaps.counts?.[LIST_OF[kind]] ?? items.length }
  }
  return [
    group('streets', gaps.streets_without_station.map(street)),
    group('dormant', gaps.dormant.map(dormant)),
    group('not_tangible', gaps.not_tangible.map(notTangible)),
    group('failing', failingStations(gaps)),
    group('phones', gaps.quiet_devices.map(phone)),
  ]
}

/** How long the list is in all; undefined where all of it is there. */
export const gapTotal = ({ counts }: Gaps): number | undefined =>
  counts && (counts.streets_without_station ?? 0) + (counts.stations ?? 0)

/** How long one of the lists is; what is no longer there has gone meanwhile. */
export const lengthOf = (gaps: Gaps, kind: GapKind | ''): number =>
  (kind ? gaps.counts?.[LIST_OF[kind]] : gapTotal(gaps)) ?? 0

/** The things of one page of that list. */
export const pageItems = (gaps: Gaps, kind: GapKind | ''): GapItem[] =>
  kind === 'phones' ? gapItems(gaps).find((each) => each.kind === kind)!.items : gapList(gaps)

/** Streets and stations in one list, each once: where nobody ever was first, then by days since the last duty. */
export function gapList(gaps: Gaps): GapItem[] {
  const all = gapItems(gaps).filter(({ kind }) => kind !== 'phones')
  const items = new Map<string, GapItem>()
  for (const item of all.flatMap(({ items: some }) => some)) {
    const before = items.get(item.key)
    items.set(item.key, before ? joined(before, item) : item)
  }
  return [...items.values()].sort((a, b) => order(b) - order(a))
}

const order = ({ days, station }: GapItem) => (station ? (days ?? Number.MAX_SAFE_INTEGER - 1) : Infinity)

const joined = (one: GapItem, other: GapItem): GapItem => ({
  ...one,
  kinds: [...one.kinds, ...other.kinds],
  what: [...one.what, ...other.what],
  fix: [one.fix, other.fix].filter(Boolean).join('；'),
})

type In<List extends keyof Gaps> = Gaps[List] extends (infer Item)[] ? Item : never
type OfStation = { station_id: string; name: string; district_name: string | null; days: number | null }

const ofStation = ({ station_id, name, district_name, days }: OfStation) => ({
  days,
  key: station_id,
  name,
  place: district_name ?? '',
  station: station_id,
})

const street = ({ division_id, name, district_name }: In<'streets_without_station'>): GapItem => ({
  key: division_id,
  name,
  place: district_name ?? '',
  station: null,
  days: null,
  kinds: ['streets'],
  what: [],
  fix: t('gaps.street_fix'),
})

const dormant = (gap: In<'dormant'>): GapItem => ({
  ...ofStation(gap),
  kinds: ['dormant'],
  what: gap.last_open_on
    ? [t('gaps.last_open', { day: gap.last_open_on, days: gap.days ?? NOTHING })]
    : [t('gaps.never_open')],
  fix: gap.fix,
})

const notTangible = (gap: In<'not_tangible'>): GapItem => ({
  ...ofStation(gap),
  kinds: ['not_tangible'],
  what: [t('gaps.missing', { items: gap.items.join('、') })],
  fix: gap.fix,
})

/** One line a station with all its gates. What is dormant stands there already. */
function failingStations(gaps: Gaps): GapItem[] {
  const silent = new Set(gaps.dormant.map(({ station_id }) => station_id))
  const items = new Map<string, GapItem>()
  for (const gap of gaps.failing.filter(({ station_id }) => !silent.has(station_id))) {
    const item = items.get(gap.station_id) ?? { ...ofStation(gap), kinds: ['failing'], what: [], fix: '' }
    const fix = [item.fix, gap.fix].filter(Boolean).join('；')
    items.set(gap.station_id, { ...item, what: [...item.what, gateWords(gap)], fix })
  }
  return [...items.values()]
}

function gateWords(gap: In<'failing'>): string {
  const released = gap.released ? t('gaps.released', { count: gap.released }) : ''
  const figures = [haveWords(gap), needWords(gap), released].filter(Boolean).join('，')
  return t('gaps.gate', { gate: gateName(gap.gate), figures })
}

const phone = (gap: In<'quiet_devices'>): GapItem => ({
  key: `${gap.device_id} ${gap.station_id}`,
  name: gap.station_name ?? gap.name,
  place: gap.station_name ? gap.name : '',
  station: gap.station_id,
  days: gap.days,
  kinds: ['phones'],
  what: [
    t('gaps.phone', { at: gap.last_sync_at ? moment(gap.last_sync_at) : NOTHING }),
    ...(gap.pending ? [t('gaps.pending', { pending: gap.pending })] : []),
  ],
  fix: gap.fix,
})
