import { describe, expect, it } from 'vitest'
import english from '@/locales/en.json'
import codeEnglish from '@/locales/code.en.json'
import codeChinese from '@/locales/code.zh-CN.json'
import doorEnglish from '@/door/locales/en.json'
import doorChinese from '@/door/locales/zh-CN.json'
import mineEnglish from '@/locales/mine.en.json'
import mineChinese from '@/locales/mine.zh-CN.json'
import rescueEnglish from '@/locales/rescue.en.json'
import rescueChinese from '@/locales/rescue.zh-CN.json'
import chinese from '@/locales/zh-CN.json'
import { makeTranslate } from '@/locales/translate'

const FORBIDDEN = /打卡|失败|异常|作弊|考勤|沉睡|队列|同步冲突/
const holes = (text: string) => [...new Set(text.match(/\{\w+\}/g))].sort()

const sets: [string, Record<string, string>, Record<string, string>][] = [
  ['everyday', chinese, english],
  ['rescue', rescueChinese, rescueEnglish],
  ['own pages', mineChinese, mineEnglish],
  ['code', codeChinese, codeEnglish],
  ['door', doorChinese, doorEnglish],
]

describe.each(sets)('the %s words', (_name, chinese, english) => {
  it('never blame and never use the forbidden ones', () => {
    expect(Object.entries(chinese).filter(([, text]) => FORBIDDEN.test(text) || /[!！]/.test(text))).toEqual(
      [],
    )
  })

  it('are the same set in both languages, with the same holes', () => {
    expect(Object.keys(english)).toEqual(Object.keys(chinese))
    const differing = Object.entries(chinese).filter(
      ([key, text]) => String(holes(text)) !== String(holes(english[key]!)),
    )
    expect(differing).toEqual([])
  })
})

describe('words', () => {
  it('fall back to Chinese where the other language has none', () => {
    const t = makeTranslate({ here: '在 {place}', gone: '走了' }, { here: 'at {place}' })
    expect([t('here', { place: 'x' }), t('gone')]).toEqual(['at x', '走了'])
  })
})
