/** The words about door screens: they come with those pages, not with the first load. */
import { chosenLanguage } from './index'
import english from './code.en.json'
import { makeTranslate } from './translate'
import chinese from './code.zh-CN.json'

export const words = makeTranslate(chinese, chosenLanguage() === 'en' ? english : {})
