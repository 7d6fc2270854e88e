/** What staff may put right in a held entry: the fields of its kind, and what of the form became a change. */
import { FIELDS as BY_KIND, type Field } from '@/sync/kinds'
import type { Amendment, HeldEntry } from '../wire'

export type { Field }
export const FIELDS: Record<string, readonly Field[]> = BY_KIND

/** What stands in the inputs, all as text. */
export type Typed = Record<string, string>

const NEED_CHANGE = [
  'entry.invalid',
  'entry.newer_version',
  'entry.station_unknown',
  'entry.target_missing',
]

/** Whether it was held for what it says, and not for who sent it. */
export const needsChange = ({ code }: HeldEntry): boolean => NEED_CHANGE.includes(code)

const KINDS = Object.keys(FIELDS)
/** Fields of a body that no form shows: the server's own business, or what only a correction has. */
const SILENT = new Set(['fix', 'no_fix_reason', 'station_code', 'changes'])
const OFFSET = '+08:00'
const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)$/i

/** The kind when it is one that we know. */
export const knownKind = (entry: HeldEntry): string | null =>
  entry.kind && KINDS.includes(entry.kind) ? entry.kind : null

export const kinds = KINDS

/** Whether the phone's own time can be read; only where it can't may staff give one. */
export const hasTime = ({ content }: HeldEntry): boolean => isInstant(content?.recorded_at)

const isInstant = (value: unknown) => typeof value === 'string' && INSTANT.test(value)

const bodyOf = ({ content }: HeldEntry): Record<string, unknown> =>
  content?.body && typeof content.body === 'object' ? (content.body as Record<string, unknown>) : {}

/** Fields that this kind does not have, and a name without what it takes to keep it: they can be taken out. */
export function removable(entry: HeldEntry, kind: string | null): string[] {
  const own = new Set((FIELDS[kind ?? ''] ?? []).map(({ name }) => name))
  return Object.entries(bodyOf(entry))
    .filter(([name, value]) => value !== null && !own.has(name) && !SILENT.has(name))
    .map(([name]) => name)
}

/** What the inputs show at first. */
export function typedOf(entry: HeldEntry, kind: string | null): Typed {
  const body = bodyOf(entry)
  return Object.fromEntries(
    (FIELDS[kind ?? ''] ?? []).map((field) => [field.name, shown(field, body[field.name])]),
  )
}

function shown({ type }: Field, value: unknown): string {
  if (value === null || value === undefined) return ''
  if (type === 'moment') return isInstant(value) ? localMinute(String(value)) : ''
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}

/** `2026-11-21T16:03` in the network's time zone, as the input wants it. */
function localMinute(instant: string): string {
  const shifted = new Date(Date.parse(instant) + 8 * 3600_000)
  return Number.isNaN(shifted.getTime()) ? '' : shifted.toISOString().slice(0, 16)
}

export type Form = {
  kind: string | null
  recorded_at: string
  before: Typed
  typed: Typed
  removed: readonly string[]
}

/** Only what was changed; an emptied field is taken out. */
export function amendmentOf(entry: HeldEntry, form: Form): Amendment {
  const body: Record<string, unknown> = Object.fromEntries(form.removed.map((name) => [name, null]))
  for (const field of FIELDS[form.kind ?? ''] ?? []) {
    const text = form.typed[field.name]?.trim() ?? ''
    if (text !== (form.before[field.name] ?? '')) body[field.name] = written(field, text)
  }
  return {
    ...(form.kind && form.kind !== entry.kind ? { kind: form.kind } : {}),
    ...(form.recorded_at ? { recorded_at: withOffset(form.recorded_at) } : {}),
    body,
  }
}

function written({ type }: Field, text: string): unknown {
  if (text === '') return null
  if (type === 'number') return Number(text)
  if (type === 'yes_no') return text === 'true'
  return type === 'moment' ? withOffset(text) : text
}

const withOffset = (minute: string) => `${minute.slice(0, 16)}:00${OFFSET}`

/** Whether anything would be put right: otherwise it is a plain release. */
export const isEmpty = ({ kind, recorded_at, body }: Amendment): boolean =>
  !kind && !recorded_at && Object.keys(body).length === 0

/** What the server still finds wrong, by field, as one sentence each. */
export function faults(errors: Record<string, unknown>): [string, string][] {
  return Object.entries(errors).map(([name, why]) => [name, [why].flat(3).map(sentence).join(' ')])
}

const sentence = (why: unknown): string =>
  why && typeof why === 'object' ? Object.values(why).flat().map(sentence).join(' ') : String(why)
