import { describe, expect, it } from 'vitest'
import { contentLines } from '@/staff/rules/contentLines'
import { gapItems } from '@/staff/rules/gapItems'
import { haveWords, needWords } from '@/staff/rules/gateWords'
import en from '@/staff/locales/en.json'
import zh from '@/staff/locales/zh-CN.json'
import type { Gaps } from '@/staff/wire'
import { noGaps } from './cast'

const blanks = (text: string) => [...text.matchAll(/\{\w+\}/g)].map(String).sort()

describe('the office’s words', () => {
  it('have the same keys and the same blanks in both languages', () => {
    expect(Object.keys(en)).toEqual(Object.keys(zh))
    for (const key of Object.keys(zh) as (keyof typeof zh)[]) expect(blanks(en[key])).toEqual(blanks(zh[key]))
  })

  it('say gates with their unit, and nothing where nothing is known', () => {
    expect(haveWords({ gate: 'G1', have: 51 })).toBe('最长连续 51 天没有完成的值班')
    expect(needWords({ gate: 'G4', need: 0.8 })).toBe('至少 80.0%')
    expect(haveWords({ gate: 'G2', have: null })).toBe('')
    expect(needWords({ gate: 'G9', need: 2 })).toBe('2')
  })

  const buji = { station_id: 's', name: '布吉站', district_name: '龙岗区', last_open_on: null, days: null }
  const failed = { state: 'failed' as const, note: null }
  const failing = [
    { ...buji, ...failed, gate: 'G2', have: 7, need: 9, fix: '再按计划值班 4 次' },
    { ...buji, ...failed, gate: 'G3', have: 0, need: 1, fix: '安排 1 次接待群众' },
  ]
  const listed = (gaps: Gaps) => gapItems(gaps).find(({ kind }) => kind === 'failing')!.items

  it('name a station once with all that it fails and every fix', () => {
    const [item, ...others] = listed({ ...noGaps, failing })
    expect(others).toEqual([])
    expect(item).toMatchObject({
      what: ['按计划值班：按计划完成 7 次，至少 9 次', '联系群众：接待 0 次，至少 1 次'],
      fix: '再按计划值班 4 次；安排 1 次接待群众',
      station: 's',
    })
  })

  it('do not repeat the gates of a station without recent records', () => {
    const dormant = [{ ...buji, fix: '' }]
    expect(listed({ ...noGaps, failing, dormant })).toEqual([])
  })
})

describe('a held entry’s content', () => {
  const content = {
    id: '01933f0e',
    seq: 3,
    recorded_at: '2026-11-21T15:58:02+08:00',
    errors: { headcount: ['至少 1 人'] },
    body: { headcount: 0, channel: 'walk_in', answered_on_spot: true, note: null, mood: 'sunny' },
  }

  it('is said in words, without the envelope, what needs checking last', () => {
    expect(contentLines(content).map(({ name, value }) => `${name} ${value}`)).toEqual([
      '记录时间 11-21 15:58',
      '人数 0',
      '方式 当面',
      '当场答复 是',
      'mood sunny',
      '人数 至少 1 人',
    ])
    expect(
      contentLines(content)
        .map(({ doubtful }) => doubtful)
        .lastIndexOf(false),
    ).toBe(4)
  })

  it('may be missing when it was redacted', () => {
    expect(contentLines(null)).toEqual([])
  })
})
