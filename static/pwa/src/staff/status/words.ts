/** The words of the status page: they come with that page. */
import { makeTranslate } from '@/locales/translate'
import { language } from '../words'
import en from './locales/en.json'
import zh from './locales/zh-CN.json'

export type StatusKey = keyof typeof zh

export const words = makeTranslate(zh, language === 'en' ? en : {})
