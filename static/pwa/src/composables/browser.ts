/** This browser, as it is now. */
import { shallowRef } from 'vue'
import { placeOf } from '@/rules/browser'

export const isInstalled = (): boolean =>
  matchMedia('(display-mode: standalone)').matches ||
  (navigator as { standalone?: boolean }).standalone === true

export const place = placeOf({
  userAgent: navigator.userAgent,
  touches: navigator.maxTouchPoints,
  standalone: isInstalled(),
})

/** Chromium's offer to install the app, until it was taken. */
export const installable = shallowRef<BeforeInstallPromptEvent | null>(null)
addEventListener('beforeinstallprompt', (event) => {
  event.preventDefault() // no banner over the page; the offer stands under 我的
  installable.value = event as BeforeInstallPromptEvent
})

export async function install(): Promise<void> {
  await installable.value?.prompt()
  installable.value = null // it may be asked once
}
