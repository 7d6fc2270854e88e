/** The words of the page for records that do not go out: they come with that page, not with the first load. */
import { chosenLanguage } from './index'
import { makeTranslate } from './translate'
import english from './rescue.en.json'
import chinese from './rescue.zh-CN.json'

export const words = makeTranslate(chinese, chosenLanguage() === 'en' ? english : {})
