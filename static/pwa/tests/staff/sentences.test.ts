import { describe, expect, it } from 'vitest'
import { changePieces, firstPieces, readPieces, servedPieces, type Piece } from '@/staff/rules/sentences'
import type { Changes, CoverageRow, Gaps } from '@/staff/wire'
import { noGaps, row } from './cast'

const servedSentence = (totals: CoverageRow) => readPieces(servedPieces(totals))
const firstSentence = (gaps: Gaps, waiting: number) => readPieces(firstPieces(gaps, waiting))
const opened = (pieces: Piece[]) => pieces.flatMap(({ text, opens }) => (opens ? [[text, opens]] : []))

const city = row({ streets: 74, streets_tangible: 70, streets_effective: 61, streets_effective_high: 64 })

describe('the first sentence', () => {
  it('says how many streets are served, how many may be, how many only have a sign, and how many nothing', () => {
    expect(servedSentence(city)).toBe(
      '74 个街道中，61 个真正有人服务（另可能补到 3 个），9 个只挂了牌，4 个连合格的站点也没有。',
    )
  })

  it('opens the streets that each of its figures counts', () => {
    expect(opened(servedPieces(city))).toEqual([
      ['74', { streets: 'all' }],
      ['61', { streets: 'streets_effective' }],
      ['9', { streets: 'gap' }],
      ['4', { streets: 'streets_without' }],
    ])
  })

  it('leaves out what is nought', () => {
    const sure = { ...city, streets: 61, streets_tangible: 61, streets_effective_high: 61 }
    expect(servedSentence(sure)).toBe('61 个街道中，61 个真正有人服务。')
  })

  it('counts stations where no street is in sight, and says so when there is nothing', () => {
    expect(servedSentence(row({ stations: 3, effective: 2 }))).toBe('3 个站点中，2 个真正有人服务。')
    expect(servedSentence(row({ stations: 0 }))).toBe('您看到的范围内还没有站点。')
    expect(servedSentence({ ...city, stations: 0 })).toBe('74 个街道都还没有开放的站点。')
  })
})

describe('the second sentence', () => {
  const street = (name: string) => ({ division_id: name, name })
  const changes = (gained: string[], lost: string[]) =>
    readPieces(changesOf(gained, lost))
  const changesOf = (gained: string[], lost: string[]) =>
    changePieces({ gained: gained.map(street), lost: lost.map(street) } as Changes)

  it('names the streets that changed sides', () => {
    expect(changes(['布吉街道'], ['坪地街道', '南湾街道'])).toBe(
      '与一周前相比：布吉街道开始有人服务；坪地街道、南湾街道不再达到有效服务。',
    )
  })

  it('opens the streets that it counts', () => {
    expect(opened(changesOf(['布吉街道'], ['坪地街道', '南湾街道', '横岗街道']))).toEqual([
      ['布吉街道', { streets: 'gained' }],
      ['坪地街道、南湾街道等 3 个', { streets: 'lost' }],
    ])
  })

  it('says plainly that nothing did', () => {
    expect(changes([], [])).toBe('有人服务的街道与一周前相同。')
  })
})

describe('the third sentence', () => {
  const street = (name: string) => ({ division_id: name, name, district_name: '龙岗区' })
  const dormant = (name: string, days: number | null) => ({
    ...{ station_id: name, name, district_name: '龙岗区', fix: '安排一次值班，并登记到站' },
    ...{ last_open_on: days === null ? null : '2026-10-01', days },
  })

  it('names two, and counts all where there are more', () => {
    const first = (...names: string[]) =>
      firstSentence({ ...noGaps, streets_without_station: names.map(street) }, 0)
    expect(first('布吉街道', '坪地街道')).toBe('先办：布吉街道、坪地街道还没有站点。')
    expect(first('布吉街道', '坪地街道', '南湾街道')).toBe('先办：布吉街道、坪地街道等 3 个还没有站点。')
  })

  it('says for how long nobody was on duty, and who waits for a reply', () => {
    const gaps = { ...noGaps, dormant: [dormant('布吉站', 52), dormant('坪地站', 40)] }
    expect(firstSentence(gaps, 3)).toBe('先办：布吉站、坪地站已 40 天以上没有值班；3 份接待还没回复。')
    const never = { ...noGaps, dormant: [dormant('布吉站', null)] }
    expect(firstSentence(never, 0)).toBe('先办：布吉站近期无记录。')
  })

  it('opens the lists that it counts', () => {
    const gaps = { ...noGaps, dormant: [dormant('布吉站', 52), dormant('坪地站', 40)] }
    expect(opened(firstPieces(gaps, 3))).toEqual([
      ['布吉站、坪地站', { gap: 'dormant' }],
      ['3', { today: 'awaiting_reply' }],
    ])
  })

  it('says plainly that nothing is pressing', () => {
    expect(firstSentence(noGaps, 0)).toBe('眼下没有要先办的事。')
  })
})
