/** The words of the account page, the sheet of codes and the suggestion box: they come with those pages. */
import { makeTranslate } from '@/locales/translate'
import { language } from '../words'
import en from './locales/en.json'
import zh from './locales/zh-CN.json'

export const words = makeTranslate(zh, language === 'en' ? en : {})
