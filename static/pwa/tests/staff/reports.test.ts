import { describe, expect, it } from 'vitest'
import zh from '@/staff/reports/locales/zh-CN.json'
import en from '@/staff/reports/locales/en.json'
import { fieldWords, figureWords, TABLES, tableAddress } from '@/staff/reports/saying'

const blanks = (text: string) => [...text.matchAll(/\{\w+\}/g)].map(String).sort()

describe('what changed in an edition', () => {
  it('is said as in the document: hours to the tenth, counts whole, nothing where there was no row', () => {
    expect(figureWords({ field: 'duty_hours' }, 2.25)).toBe('2.3')
    expect(figureWords({ field: 'person_hours' }, 1200)).toBe('1,200.0')
    expect(figureWords({ field: 'receptions' }, 7)).toBe('7')
    expect(figureWords({ field: 'receptions' }, null)).toBe('无')
  })

  it('is named by the words of the office', () => {
    expect(fieldWords({ field: 'people_received' })).toBe('接待（人次）')
  })
})

describe('the address of a table', () => {
  it('carries the table and the window, and nothing secret', () => {
    const of = (table: (typeof TABLES)[number]) =>
      tableAddress('https://example.org', { table, window: '30d', type: 'csv' })
    expect(of('street')).toBe('https://example.org/api/v1/coverage.csv?by=street&window=30d')
    expect(of('gaps')).toBe('https://example.org/api/v1/coverage/gaps.csv?window=30d')
  })
})

it('has the same blanks in both languages', () => {
  for (const key of Object.keys(zh) as (keyof typeof zh)[]) expect(blanks(en[key])).toEqual(blanks(zh[key]))
})
