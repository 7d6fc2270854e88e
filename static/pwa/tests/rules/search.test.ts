import { expect, it } from 'vitest'
import { holds } from '@/rules/search'

const parts = ['接待', '粤海街道委员工作站', 90817, '2026-11-20', '加装电梯 Lift', null, undefined]

it.each(['', '  ', '粤海', '电梯 粤海', '９０８１７', 'LIFT', '2026-11', '接待 90817'])(
  '“%s” is found',
  (search) => {
    expect(holds(parts, search)).toBe(true)
  },
)

it.each(['蛇口', '电梯 蛇口', 'null', '90818'])('“%s” is not', (search) => {
  expect(holds(parts, search)).toBe(false)
})
