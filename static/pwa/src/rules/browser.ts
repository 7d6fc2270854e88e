/** Where the app is opened, as far as it matters for keeping records: a list of the places that lose them. */
export type Place = 'wechat' | 'ios_tab' | 'installed' | 'tab'
export type Seen = { userAgent: string; touches: number; standalone: boolean }

const IOS = /iPhone|iPad|iPod/

/** An iPad says that it is a Mac, but a Mac has no touch screen. */
export function placeOf({ userAgent, touches, standalone }: Seen): Place {
  if (/MicroMessenger/i.test(userAgent)) return 'wechat'
  if (standalone) return 'installed'
  return IOS.test(userAgent) || (/Macintosh/.test(userAgent) && touches > 1) ? 'ios_tab' : 'tab'
}
