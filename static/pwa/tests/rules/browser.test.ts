import { describe, expect, it } from 'vitest'
import { placeOf } from '@/rules/browser'

const IPHONE = 'Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 Safari/604.1'
const MAC = 'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 Version/18.1 Safari/605.1.15'
const ANDROID = 'Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/126.0.0.0 Mobile Safari/537.36'
const seen = (userAgent: string, touches = 5, standalone = false) => ({ userAgent, touches, standalone })

describe('the place where the app is opened', () => {
  it.each([
    ['an iPhone’s browser', seen(IPHONE), 'ios_tab'],
    ['an iPad, which says that it is a Mac', seen(MAC), 'ios_tab'],
    ['a Mac, which has no touch screen', seen(MAC, 0), 'tab'],
    ['an iPhone’s home screen', seen(IPHONE, 5, true), 'installed'],
    ['an Android phone’s browser', seen(ANDROID), 'tab'],
    ['an Android phone’s home screen', seen(ANDROID, 5, true), 'installed'],
    ['WeChat on Android', seen(`${ANDROID} MicroMessenger/8.0.50`), 'wechat'],
    ['WeChat on an iPhone', seen(`${IPHONE} MicroMessenger/8.0.50`), 'wechat'],
  ])('is known for %s', (_, from, place) => expect(placeOf(from)).toBe(place))
})
