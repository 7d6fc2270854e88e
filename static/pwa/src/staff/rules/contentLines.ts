/** A held entry's content as lines a person can read: what was recorded, then what needs checking. */
import { t, zh, type Key } from '../words'
import type { HeldEntry } from '../wire'
import { moment, NOTHING } from './figures'

export type ContentLine = { name: string; value: string; doubtful: boolean }

/** The envelope: the receipt stands for these. */
const TECHNICAL = ['id', 'seq', 'kind', 'v', 'elapsed_ms', 'device_id', 'author_id']
const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d/

const known = (key: string): key is Key => key in zh

/** The word for a field or a value, or what the phone sent where there is none. */
const word = (kind: 'field' | 'value', text: string) => {
  const key = `${kind}.${text}`
  return known(key) ? t(key) : text
}

function written(value: unknown): string {
  if (value === null || value === undefined || value === '') return NOTHING
  if (Array.isArray(value)) return value.map(written).join('；')
  if (typeof value === 'object') return JSON.stringify(value)
  return INSTANT.test(String(value)) ? moment(String(value)) : word('value', String(value))
}

const isBranch = (value: unknown): value is Record<string, unknown> =>
  value !== null && typeof value === 'object' && !Array.isArray(value)

/** What a correction takes out is said; a field that was never filled in is not. */
function linesOf(content: Record<string, unknown>, doubtful: boolean, isChange = false): ContentLine[] {
  return Object.entries(content).flatMap(([name, value]) => {
    if (isBranch(value)) return linesOf(value, doubtful || name === 'errors', name === 'changes')
    const text = isChange && value === null ? t('amend.taken_out') : written(value)
    const line = { name: word('field', name), value: text, doubtful }
    return line.value === NOTHING || TECHNICAL.includes(name) ? [] : [line]
  })
}

type Place = { station_id: string | null; station_name: string | null }

/** `of` tells the station's name where the entry is held for a station that is known. */
export function contentLines(content: Record<string, unknown> | null, of?: Place): ContentLine[] {
  return linesOf(content ?? {}, false)
    .map((line) =>
      of?.station_name && line.value === of.station_id ? { ...line, value: of.station_name } : line,
    )
    .sort((a, b) => Number(a.doubtful) - Number(b.doubtful))
}

/** What staff put right, with the station by its name; a field without a value was taken out. */
export function amendmentLines({ amendment, station_name }: HeldEntry): ContentLine[] {
  const { body = {}, ...rest } = amendment ?? {}
  return Object.entries({ ...rest, ...body }).map(([name, value]) => ({
    name: word('field', name),
    value: value === null ? t('amend.taken_out') : saying(name, value, station_name),
    doubtful: false,
  }))
}

const saying = (name: string, value: unknown, station_name: string | null): string => {
  if (name === 'station_id' && station_name) return station_name
  return name === 'kind' ? t(`entry.${String(value)}` as Key) : written(value)
}
