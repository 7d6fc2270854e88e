/** The words of a reception: they come with the pages that write or show one. */
import { wordsOf } from './index'
import chinese from './reception.zh-CN.json'

export const words = wordsOf('reception', chinese)
