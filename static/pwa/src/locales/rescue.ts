/** The words of the page for records that do not go out: they come with that page, not with the first load. */
import { wordsOf } from './index'
import chinese from './rescue.zh-CN.json'

export const words = wordsOf('rescue', chinese)
