import { describe, expect, it } from 'vitest'
import type { Limit, Proposal, Rules } from '@/staff/editing/wire'
import {
  differing,
  historyOf,
  outOfLimits,
  rulesOf,
  shownLimit,
  typedOf,
  waitingOf,
} from '@/staff/rules/ruleVersions'

const limits: Limit[] = [
  { name: 'kept_minutes', least: 5, most: 240, whole: true },
  { name: 'kept_share', least: 0.1, most: 1, whole: false },
]
const rules = { standard: ['统一标识', '固定阵地'], kept_minutes: 30, kept_share: 0.75 }

describe('the form of the rules', () => {
  it('gives back what it was filled with', () => {
    const typed = typedOf(rules, limits)
    expect(typed.thresholds).toEqual({ kept_minutes: '30', kept_share: '75' })
    expect(rulesOf(typed)).toEqual(rules)
    expect(differing(rules, rulesOf(typed), limits)).toEqual([])
  })

  it('takes one item a line, without empty ones, and shares in percent', () => {
    const typed = { standard: ' 有场所 \n\n有标牌\n', thresholds: { kept_minutes: '20', kept_share: '57' } }
    expect(rulesOf(typed)).toEqual({ standard: ['有场所', '有标牌'], kept_minutes: 20, kept_share: 0.57 })
    expect(differing(rules, rulesOf(typed), limits)).toEqual(['standard', 'kept_minutes', 'kept_share'])
    expect(shownLimit(limits[1]!)).toEqual({ least: 10, most: 100 })
  })

  it.each([
    ['nothing', { kept_minutes: '', kept_share: '75' }, ['kept_minutes']],
    ['too little', { kept_minutes: '4', kept_share: '9' }, ['kept_minutes', 'kept_share']],
    ['half a minute', { kept_minutes: '30.5', kept_share: '75' }, ['kept_minutes']],
    ['the edges', { kept_minutes: '240', kept_share: '100' }, []],
  ])('names what is out of its limits: %s', (_, thresholds, odd) => {
    expect(outOfLimits(rulesOf({ standard: '甲', thresholds }), limits)).toEqual(odd)
  })

  it('wants an item', () => {
    expect(outOfLimits({ ...rules, standard: [] }, limits)).toEqual(['standard'])
  })
})

it('tells what waits from what is over', () => {
  const proposal = (state: Proposal['state']) => ({ id: state, state }) as Proposal
  const found = { proposals: [proposal('proposed'), proposal('declined'), proposal('agreed')] } as Rules
  expect(waitingOf(found)?.id).toBe('proposed')
  expect(historyOf(found).map(({ id }) => id)).toEqual(['declined', 'agreed'])
})
