import { describe, expect, it } from 'vitest'
import { languageName, languagesOf, makeTranslate, partOf, type Messages } from '@/locales/translate'

const FORBIDDEN = /打卡|失败|异常|作弊|考勤|沉睡|队列|同步冲突/
const holes = (text: string) => [...new Set(text.match(/\{\w+\}/g))].sort()

/** Every words file of the three pages, by its path. */
const files = import.meta.glob<Messages>('../../src/**/locales/*.json', { eager: true, import: 'default' })
const isChinese = (path: string) => path.endsWith('zh-CN.json')
const chinese = Object.entries(files).filter(([path]) => isChinese(path))
const others = Object.entries(files).filter(([path]) => !isChinese(path))
const chineseOf = (path: string) => files[path.replace(/[\w-]+\.json$/, 'zh-CN.json')]!

it('finds the words of the member, the door and the office', () => {
  expect(chinese.length).toBeGreaterThanOrEqual(6)
})

describe.each(chinese)('%s', (path, messages) => {
  it('never blames and never uses the forbidden words', () => {
    const blaming = Object.entries(messages).filter(([, text]) => FORBIDDEN.test(text) || /[!！]/.test(text))
    expect(blaming).toEqual([])
  })

  it('is there in English, the second language, to the last key', () => {
    const english = files[path.replace('zh-CN.json', 'en.json')]
    expect(Object.keys(english ?? {})).toEqual(Object.keys(messages))
  })
})

describe.each(others)('%s', (path, messages) => {
  it('says nothing that is not said in Chinese, with the same holes', () => {
    const original = chineseOf(path)
    const differing = Object.entries(messages).filter(
      ([key, text]) => String(holes(text)) !== String(holes(original[key] ?? '{none}')),
    )
    expect(differing).toEqual([])
  })
})

describe('a language', () => {
  it('is added by adding its file, with or without files for the later pages', () => {
    const paths = ['./en.json', './code.en.json', './ug.json', './mine.ug.json', './kk-Arab.json']
    expect(languagesOf(paths)).toEqual(['en', 'kk-Arab', 'ug'])
    expect([partOf('./ug.json'), partOf('./mine.ug.json')]).toEqual(['', 'mine'])
  })

  it('is offered by the name that it has for itself', () => {
    expect([languageName('zh-CN'), languageName('en')]).toEqual(['简体中文', 'English'])
  })

  it('falls back to Chinese where it has no words', () => {
    const t = makeTranslate({ here: '在 {place}', gone: '走了' }, { here: 'at {place}' })
    expect([t('here', { place: 'x' }), t('gone')]).toEqual(['at x', '走了'])
  })
})
