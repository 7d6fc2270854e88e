/** The words of one's own devices and of the suggestion box: they come with those pages. */
import { wordsOf } from './index'
import chinese from './account.zh-CN.json'

export const words = wordsOf('account', chinese)
