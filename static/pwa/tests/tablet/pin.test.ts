import { describe, expect, it } from 'vitest'
import { fits, keepPin } from '@/tablet/pin'

describe('a PIN', () => {
  it('opens with its own digits only', async () => {
    const pin = await keepPin('1357', 1_000)
    expect(await fits('1357', pin)).toBe(true)
    expect(await fits('1358', pin)).toBe(false)
    expect(await fits('01357', pin)).toBe(false)
  })

  it('is kept as a slow hash with a salt of its own', async () => {
    const [one, other] = [await keepPin('1357'), await keepPin('1357')]
    expect(one.rounds).toBeGreaterThanOrEqual(600_000)
    expect(new Uint8Array(one.hash)).toHaveLength(32)
    expect(Buffer.from(one.hash).equals(Buffer.from(other.hash))).toBe(false)
    expect(JSON.stringify(one)).not.toContain('1357')
  })
})
