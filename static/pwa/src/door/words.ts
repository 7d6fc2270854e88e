/** The door's words, and its times in the station's zone whatever the tablet's is set to. */
import { makeTranslate } from '@/locales/translate'
import en from './locales/en.json'
import zh from './locales/zh-CN.json'

export const language = localStorage.getItem('language') === 'en' ? 'en' : 'zh-CN'
export const t = makeTranslate(zh, language === 'en' ? en : {})

const format = (options: Intl.DateTimeFormatOptions) => {
  const known = new Intl.DateTimeFormat(language, { hour12: false, timeZone: 'Asia/Shanghai', ...options })
  return (at: number | string) => known.format(new Date(at))
}

export const clockTime = format({ hour: '2-digit', minute: '2-digit' })
export const fullDay = format({ month: 'long', day: 'numeric', weekday: 'long' })
export const shortTime = format({ month: 'long', day: 'numeric', hour: '2-digit', minute: '2-digit' })
