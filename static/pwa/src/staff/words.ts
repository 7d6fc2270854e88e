/**
 * The office's words. Chinese is the page's language; `?lang=en` shows the English ones, and so on with each file in
 * locales/.
 */
import { makeTranslate, type Messages } from '@/locales/translate'
import zh from './locales/zh-CN.json'

export type Key = keyof typeof zh

const FILES = import.meta.glob<Messages>('./locales/*.json', { eager: true, import: 'default' })
const chosen = new URLSearchParams(globalThis.location?.search).get('lang') ?? 'zh-CN'
const other = FILES[`./locales/${chosen}.json`]

export const language = other ? chosen : 'zh-CN'
export const t = makeTranslate(zh, other as Partial<typeof zh> | undefined)
