import { describe, expect, it } from 'vitest'
import { pulledTo } from '@/rules/pulling'

const from = { clientX: 100, clientY: 100 }
const to = (right: number, down: number) => pulledTo({ from, to: { clientX: 100 + right, clientY: 100 + down } })

describe('pulling a page down', () => {
  it('is no pull when the finger goes up, aside or hardly moves', () => {
    expect([to(0, -60), to(80, 40), to(0, 8)]).toEqual([null, null, null])
  })

  it('counts once it went far, and the note grows only so much', () => {
    expect([to(5, 60)?.isFar, to(5, 140)?.isFar, to(0, 400)?.px]).toEqual([false, true, 72])
  })
})
