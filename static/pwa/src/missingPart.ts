/**
 * A part of the app that is fetched later may be gone: the worker has newer files than this tab. The page then
 * starts again, once for each version; what was half written comes back.
 */
import { shallowRef } from 'vue'

/** It is missing also after that. */
export const partMissing = shallowRef(false)
const KEY = 'started again'
const VERSION = import.meta.url // the file's name has its content's hash

export function startAgainForParts(): void {
  addEventListener('vite:preloadError', () => {
    partMissing.value = !navigator.serviceWorker?.controller || sessionStorage.getItem(KEY) === VERSION
    if (partMissing.value) return
    sessionStorage.setItem(KEY, VERSION)
    setTimeout(() => location.reload()) // after the router has said where to
  })
}
