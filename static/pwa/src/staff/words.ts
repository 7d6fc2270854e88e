/** The office's words. Chinese is the page's language; `?lang=en` shows the English ones. */
import { makeTranslate } from '@/locales/translate'
import en from './locales/en.json'
import zh from './locales/zh-CN.json'

export type Key = keyof typeof zh

const english = new URLSearchParams(globalThis.location?.search).get('lang') === 'en'

export const language = english ? 'en' : 'zh-CN'
export const t = makeTranslate(zh, english ? en : {})
