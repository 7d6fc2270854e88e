import { describe, expect, it } from 'vitest'
import { isCalm, UPDATE_AFTER_MS, type Moment } from '@/rules/calm'

const still: Moment = {
  formOpen: false,
  sending: false,
  underWay: false,
  hidden: false,
  quiet_ms: UPDATE_AFTER_MS,
}
const calm = (other: Partial<Moment>) => isCalm({ ...still, ...other }, UPDATE_AFTER_MS)

describe('a calm moment', () => {
  it('comes when nothing was touched for a while', () => {
    expect(calm({})).toBe(true)
    expect(calm({ quiet_ms: UPDATE_AFTER_MS - 1 })).toBe(false)
  })

  it('comes at once when the app is out of sight', () => expect(calm({ hidden: true, quiet_ms: 0 })).toBe(true))

  it.each(['formOpen', 'sending', 'underWay'])('does not come, in sight or not, with %s', (busy) => {
    expect(calm({ [busy]: true })).toBe(false)
    expect(calm({ [busy]: true, hidden: true })).toBe(false)
  })
})
