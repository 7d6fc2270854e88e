/** A standard and thresholds as the form has them: all text, shares in percent. Pure. */
import type { Limit, Proposal, Rules, RuleSet, RuleValue } from '../editing/wire'

export type TypedRules = { standard: string; thresholds: Record<string, string> }

const PERCENT = 100
const isShare = (name: string) => name.endsWith('_share')

/** Between which numbers the form's field may be; shares in percent. */
export function shownLimit({ name, least, most }: Limit): { least: number; most: number } {
  const factor = isShare(name) ? PERCENT : 1
  return { least: Math.round(least * factor), most: Math.round(most * factor) }
}

/** One item a line, as it is typed. */
export const typedOf = (rules: RuleSet, limits: Limit[]): TypedRules => ({
  standard: (rules.standard as string[]).join('\n'),
  thresholds: Object.fromEntries(limits.map(({ name }) => [name, shown(name, rules[name]!)])),
})

const shown = (name: string, value: RuleValue) =>
  String(isShare(name) ? Math.round(Number(value) * PERCENT) : value)

/** What was typed, as the server takes it. A field that holds no number becomes NaN. */
export const rulesOf = ({ standard, thresholds }: TypedRules): RuleSet => ({
  standard: standard
    .split('\n')
    .map((item) => item.trim())
    .filter(Boolean),
  ...Object.fromEntries(Object.entries(thresholds).map(([name, text]) => [name, numberOf(name, text)])),
})

function numberOf(name: string, text: string): number {
  const number = String(text).trim() === '' ? Number.NaN : Number(text)
  return isShare(name) ? number / PERCENT : number
}

/** The names of the fields that cannot be sent as they are. */
export function outOfLimits(rules: RuleSet, limits: Limit[]): string[] {
  const odd = limits.filter(({ name, least, most, whole }) => {
    const value = rules[name] as number
    return !(value >= least && value <= most) || (whole && !Number.isInteger(value))
  })
  const names = odd.map(({ name }) => name)
  return (rules.standard as string[]).length ? names : ['standard', ...names]
}

/** In which fields two sets of rules differ, in the order of the page. */
export const differing = (before: RuleSet, after: RuleSet, limits: Limit[]): string[] =>
  ['standard', ...limits.map(({ name }) => name)].filter(
    (name) => JSON.stringify(before[name]) !== JSON.stringify(after[name]),
  )

export const waitingOf = ({ proposals }: Rules): Proposal | undefined =>
  proposals.find(({ state }) => state === 'proposed')

/** What is over: the versions that were in force and what came to nothing. */
export const historyOf = ({ proposals }: Rules): Proposal[] =>
  proposals.filter(({ state }) => state !== 'proposed')
