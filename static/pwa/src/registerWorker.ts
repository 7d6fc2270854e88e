/**
 * Registers the service worker. A new version is fetched in the background and waits; it takes over when all
 * tabs were closed, or on a tap, and then only the tab that was tapped reloads.
 */
import { shallowRef } from 'vue'

export const updateWaits = shallowRef(false)
let waiting: ServiceWorker | null = null

export async function registerWorker(): Promise<void> {
  const registration = await navigator.serviceWorker
    ?.register('/sw.js', { updateViaCache: 'none' })
    .catch(() => null)
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

export function takeUpdate(): void {
  navigator.serviceWorker.addEventListener('controllerchange', () => location.reload(), { once: true })
  waiting?.postMessage('take over')
}
