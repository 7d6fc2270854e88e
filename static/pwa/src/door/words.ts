/** The door's words, and its times in the station's zone whatever the tablet's is set to. */
import { makeTranslate, type Messages } from '@/locales/translate'
import zh from './locales/zh-CN.json'

/** A language is added as a file in locales/; the one chosen on the member's page holds here too. */
const FILES = import.meta.glob<Messages>('./locales/*.json', { eager: true, import: 'default' })
const chosen = localStorage.getItem('language') ?? 'zh-CN'
const other = FILES[`./locales/${chosen}.json`]

export const language = other ? chosen : 'zh-CN'
export const t = makeTranslate(zh, other as Partial<typeof zh> | undefined)

const format = (options: Intl.DateTimeFormatOptions) => {
  const known = new Intl.DateTimeFormat(language, { hour12: false, timeZone: 'Asia/Shanghai', ...options })
  return (at: number | string) => known.format(new Date(at))
}

export const clockTime = format({ hour: '2-digit', minute: '2-digit' })
export const fullDay = format({ month: 'long', day: 'numeric', weekday: 'long' })
export const shortTime = format({ month: 'long', day: 'numeric', hour: '2-digit', minute: '2-digit' })
