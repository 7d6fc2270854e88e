/** The words about door screens: they come with those pages, not with the first load. */
import { wordsOf } from './index'
import chinese from './code.zh-CN.json'

export const words = wordsOf('code', chinese)
