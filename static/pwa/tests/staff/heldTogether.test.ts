import { describe, expect, it } from 'vitest'
import { alike, keyOf, leftOver, mayPick, MOST_TOGETHER } from '@/staff/rules/heldTogether'
import type { HeldEntry } from '@/staff/wire'

const held = (id: string, code = 'entry.carried') =>
  ({ id, content_hash: 'h', code, receipt_no: Number(id) }) as HeldEntry
const [one, two, other] = [held('1'), held('2'), held('3', 'entry.conflict')]

describe('held entries that are decided together', () => {
  it('are of one code', () => {
    expect(mayPick(other, [])).toBe(true)
    expect(mayPick(two, [one])).toBe(true)
    expect(mayPick(other, [one])).toBe(false)
    expect(alike([one, other, two], [two])).toEqual([one, two])
    expect(alike([one], [])).toEqual([])
  })

  it('are no more than one call takes, and any can be given up', () => {
    const many = Array.from({ length: MOST_TOGETHER + 5 }, (_, n) => held(String(n)))
    const full = many.slice(0, MOST_TOGETHER)
    expect(mayPick(many.at(-1)!, full)).toBe(false)
    expect(mayPick(full[0]!, full)).toBe(true)
    expect(alike(many, [many[0]!])).toHaveLength(MOST_TOGETHER)
  })

  it('say of each that was left what stands in the way', () => {
    const results = [
      { id: '1', content_hash: 'h', done: true, message: null },
      { id: '2', content_hash: 'h', done: false, message: '自己的记录要由别人来确认。' },
    ]
    expect(leftOver(results, [one, two])).toEqual([{ number: 2, why: '自己的记录要由别人来确认。' }])
    expect(keyOf(one)).not.toBe(keyOf({ ...one, content_hash: 'other' }))
  })
})
