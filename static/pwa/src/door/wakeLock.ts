/** Keeps the screen lit. The browser lets go whenever the page is hidden, so it is asked again on the way back. */
import { shallowRef } from 'vue'

export const maySleep = shallowRef(false)

export function stayAwake(): void {
  const lock = async () => {
    if (document.visibilityState !== 'visible') return
    const held = await navigator.wakeLock?.request('screen').catch(() => null)
    maySleep.value = !held
    held?.addEventListener('release', () => void lock(), { once: true })
  }
  document.addEventListener('visibilitychange', () => void lock())
  void lock()
}
