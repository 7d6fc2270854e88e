import { describe, expect, it } from 'vitest'
import { changeSentence, firstSentences, servedSentences } from '@/staff/rules/sentences'
import { noGaps, row } from './cast'

const city = row({ streets: 74, streets_tangible: 70, streets_effective: 61, streets_effective_high: 64 })

describe('the opening sentences', () => {
  it('say how many streets are served, how many may be, and how many only have a sign', () => {
    expect(servedSentences(city)).toEqual([
      { key: 'sentence.served_maybe', values: { streets: 74, served: 61, maybe: 3 } },
      { key: 'sentence.signs', values: { signs: 9 } },
    ])
  })

  it('leave out what is nought', () => {
    const sure = { ...city, streets_tangible: 61, streets_effective_high: 61 }
    expect(servedSentences(sure).map(({ key }) => key)).toEqual(['sentence.served'])
  })

  it('count stations where no street is in sight, and say so when there is nothing', () => {
    expect(servedSentences(row({ stations: 3, effective: 2 }))).toEqual([
      { key: 'sentence.stations', values: { stations: 3, effective: 2 } },
    ])
    expect(servedSentences(row({ stations: 0 }))[0]?.key).toBe('sentence.none')
  })

  it('compare with last week only when both are known', () => {
    expect(changeSentence(city, null)).toBeNull()
    expect(changeSentence(city, row())).toBeNull()
    expect(changeSentence(city, { ...city, streets_effective: 59 })).toEqual({
      key: 'sentence.more',
      values: { change: 2 },
    })
    expect(changeSentence(city, { ...city, streets_effective: 62 })?.key).toBe('sentence.fewer')
    expect(changeSentence(city, city)?.key).toBe('sentence.same')
  })
})

describe('what to do first', () => {
  const street = (name: string) => ({ division_id: name, name, district_name: '龙岗区' })

  it('names two, and counts all where there are more', () => {
    const first = (...names: string[]) =>
      firstSentences({ ...noGaps, streets_without_station: names.map(street) })[0]?.values.who
    expect(first('布吉街道', '坪地街道')).toBe('布吉街道、坪地街道')
    expect(first('布吉街道', '坪地街道', '南湾街道')).toBe('布吉街道、坪地街道等 3 个')
  })

  it('says plainly that nothing is pressing', () => {
    expect(firstSentences(noGaps)).toEqual([{ key: 'sentence.nothing_first', values: {} }])
  })
})
