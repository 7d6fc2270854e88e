/**
 * Registers the service worker. A new version is fetched in the background and waits, whole; the former one stays
 * complete until then. It takes over when all tabs were closed, on a tap, or at a calm moment (src/updates.ts).
 */
import { shallowRef } from 'vue'

export const updateWaits = shallowRef(false)
/** The new version runs the worker, and this tab still shows the former one. */
export const isBehind = shallowRef(false)
let waiting: ServiceWorker | null = null

export async function registerWorker(): Promise<void> {
  const worker = navigator.serviceWorker
  let known = worker?.controller
  worker?.addEventListener('controllerchange', () => {
    isBehind.value = !!known // the first worker of all replaces nobody
    known = worker.controller
  })
  const registration = await worker?.register('/sw.js', { updateViaCache: 'none' }).catch(() => null)
  if (!registration) return
  note(registration)
  registration.addEventListener('updatefound', () => {
    registration.installing?.addEventListener('statechange', () => note(registration))
  })
}

function note(registration: ServiceWorkerRegistration): void {
  waiting = registration.waiting
  updateWaits.value = waiting !== null && navigator.serviceWorker.controller !== null
}

/** This tab starts again with the new version at once. */
export function takeUpdate(): void {
  if (isBehind.value) return location.reload()
  navigator.serviceWorker.addEventListener('controllerchange', () => location.reload(), { once: true })
  navigator.serviceWorker.controller?.postMessage('make way')
  waiting?.postMessage('take over')
}
