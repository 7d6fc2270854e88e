import { describe, expect, it } from 'vitest'
import { counted, line } from '@/staff/rules/rescueFiles'
import { heard, help, holds, runs } from '@/staff/rules/phones'
import type { Holding } from '@/staff/wire'

const quiet: Holding = {
  device_id: 'd',
  name: '安卓手机',
  member_id: 'm',
  member_name: '李委员',
  pending: 0,
  missing: [],
  missing_count: 0,
  unsettled: [],
  silent_days: 0,
  app_version: null,
  clock_off_s: null,
}

describe('what a phone holds', () => {
  it('is told thing by thing, and nothing that it does not hold', () => {
    expect(holds(quiet)).toEqual([])
    expect(
      holds({
        ...quiet,
        pending: 3,
        missing: [{ first: 5, last: 5 }],
        missing_count: 1,
        unsettled: ['2026-11-19', '2026-11-20'],
        clock_off_s: -1200,
      }),
    ).toEqual([
      '还有 3 条没发出',
      '缺 1 个号（第 5 号），可能还在手机上',
      '11-19、11-20 要等它才能确定',
      '时钟差约 20 分钟',
    ])
  })

  it('may be lost when more numbers are missing than wait', () => {
    const phone = { ...quiet, pending: 1, missing: [{ first: 1, last: 2 }], missing_count: 2 }
    expect(holds(phone)[1]).toContain('可能丢了记录')
    expect(help(phone)).not.toBe(help({ ...phone, pending: 2 }))
  })

  it('names a few runs of numbers and says that there are more', () => {
    const missing = [1, 3, 5, 7, 9].map((first) => ({ first, last: first }))
    expect(runs({ ...quiet, missing, missing_count: 5 })).toBe('1、3、5、7、…')
    expect(runs({ ...quiet, missing: [{ first: 8, last: 19 }], missing_count: 12 })).toBe('8–19')
  })

  it('was heard of in whole days', () => {
    expect([heard(quiet), heard({ ...quiet, silent_days: 3 })]).toEqual(['今天有联系', '3 天没有联系'])
  })
})

describe('a file that was handed in', () => {
  const results = [
    { id: 'a', status: 'held', receipt_no: 7, message: '已收到。' },
    { id: 'b', status: 'held', receipt_no: 8 },
    { id: 'c', status: 'duplicate', receipt_no: 9, message: '不显示' },
    { id: null, status: 'rejected' },
  ]

  it('is counted by what became of its entries', () => {
    expect(counted({ results, count: 4, author_name: '李委员' })).toEqual([
      { outcome: 'held', count: 2 },
      { outcome: 'duplicate', count: 1 },
      { outcome: 'rejected', count: 1 },
    ])
  })

  it('says each entry’s receipt and state', () => {
    expect(results.map(line)).toEqual([
      '回执 7 · 已收到。',
      '回执 8 · 已收到，待核',
      '回执 9 · 早已收到',
      '没有回执 · 读不出来，没有收下',
    ])
  })
})
