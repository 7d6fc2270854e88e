const MODELS: [RegExp, string][] = [
  [/MicroMessenger/i, '微信'],
  [/iPhone/, 'iPhone'],
  [/iPad/, 'iPad'],
  [/HarmonyOS|OpenHarmony/i, '鸿蒙手机'],
  [/Android.*Mobile/, '安卓手机'],
  [/Android/, '安卓平板'],
  [/Windows/, 'Windows 电脑'],
  [/Macintosh/, 'Mac 电脑'],
  [/Linux/, 'Linux 电脑'],
]

/** A word by which a person recognises this device in a list. It identifies nobody. */
export function deviceName(userAgent: string): string {
  return MODELS.find(([pattern]) => pattern.test(userAgent))?.[1] ?? '浏览器'
}
