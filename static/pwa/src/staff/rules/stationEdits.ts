/** A station being edited: what was changed, and what two wordings differ in. Pure. */
import type { Area, Conflict, Fields, Item, Value } from '../editing/wire'

export const ITEM = 'item.'
export const STATUSES = ['planned', 'open', 'suspended', 'closed'] as const
const TEXTS = ['name', 'address', 'opening_hours', 'opened_on']

export const isItem = (value: Value | undefined): value is Item =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** The station's fields apart from those of the standard, in the order of the form. */
export const itemsOf = (fields: Fields): [string, Item][] =>
  Object.entries(fields).flatMap(([name, value]): [string, Item][] =>
    name.startsWith(ITEM) && isItem(value) ? [[name.slice(ITEM.length), value]] : [],
  )

/** A text as typed: an empty one is none. */
const asSaid = (name: string, value: Value): Value => {
  if (isItem(value)) return itemAsSaid(value)
  return TEXTS.includes(name) && typeof value === 'string' ? value.trim() || null : value
}

const itemAsSaid = ({ met, checker, confirmed_on, proof }: Item): Item => ({
  met,
  checker: checker?.trim() || null,
  confirmed_on: confirmed_on || null,
  proof: proof?.trim() || null,
})

const same = (one: Value | undefined, other: Value | undefined) => JSON.stringify(one) === JSON.stringify(other)

/** Only what differs from the version that was opened. */
export function changedFields(before: Fields, typed: Fields): Fields {
  const said = Object.entries(typed).map(([name, value]) => [name, asSaid(name, value)] as const)
  return Object.fromEntries(said.filter(([name, value]) => !same(before[name], value)))
}

/** The fields in which two wordings differ; where both say the same there is nothing to choose. */
export const differing = ({ theirs, yours }: Conflict): string[] =>
  Object.keys(yours).filter((name) => !same(theirs[name], yours[name]))

/** What is still to be saved of one's own wording. */
export const chosenOf = ({ yours }: Conflict, mine: readonly string[]): Fields =>
  Object.fromEntries(Object.entries(yours).filter(([name]) => mine.includes(name)))

export type Saying = {
  none: string
  yes: string
  no: string
  notMet: string
  status: (status: string) => string
  kind: (kind: string) => string
  role: (role: string) => string
}

/** Fields that name something of the network by its id or code; shares are shown in percent. */
const NAMED = ['area_id', 'division_id', 'sector']
const isShare = (name: string) => name.endsWith('_share')

/** A value in words. */
export function sayValue(name: string, value: Value | undefined, areas: Area[], say: Saying): string {
  if (value === null || value === undefined || value === '') return say.none
  if (isItem(value)) return sayItem(value, say)
  if (Array.isArray(value)) return value.map((each) => nameOf(each, areas)).join('、') || say.none
  if (typeof value === 'boolean') return value ? say.yes : say.no
  if (NAMED.includes(name)) return nameOf(value, areas)
  if (isShare(name)) return `${Math.round(Number(value) * 100)}%`
  if (name === 'status') return say.status(String(value))
  if (name === 'role') return say.role(String(value))
  return name === 'kind' ? say.kind(String(value)) : String(value)
}

const nameOf = (value: Value, areas: Area[]) => areas.find(({ id }) => id === value)?.name ?? String(value)

const sayItem = ({ met, checker, confirmed_on, proof }: Item, say: Saying) =>
  [met ? say.yes : say.notMet, confirmed_on, checker, proof].filter(Boolean).join(' · ')

/** What the server found wrong, by field: it names the parts of the request around them. */
export function faultyFields(errors: Record<string, unknown>): Record<string, unknown> {
  const parts = (errors.json ?? errors) as Record<string, Record<string, unknown>>
  const { changes, items, thresholds, ...rest } = parts
  return { ...rest, ...changes, ...items, ...thresholds }
}
