import { describe, expect, it } from 'vitest'
import chinese from '@/locales/diagnosis.zh-CN.json'
import { makeTranslate } from '@/locales/translate'
import { clockWords, megabytes } from '@/rules/diagnosis'

const words = makeTranslate(chinese)

describe('the clock', () => {
  it.each([
    [null, '还没有比过'],
    [-1_900, '与服务器相差不到 2 秒'],
    [3_000, '比服务器快 3 秒'],
    [-300_000, '比服务器慢 5 分'],
    [2 * 3600_000 + 60_000, '比服务器快 2 小时 1 分'],
  ])('%s ms ahead', (ahead, said) => {
    expect(clockWords(words, ahead)).toBe(said)
  })
})

it('megabytes are short enough to be read out', () => {
  expect([megabytes(1_234_567), megabytes(123_456_789), megabytes(-5)]).toEqual(['1.2', '123', '0.0'])
})
