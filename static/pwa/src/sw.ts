/// <reference lib="webworker" />
/**
 * The service worker: the member's page and the door screen from the precache, so that they start without a
 * network, and Background Sync with the same sender as the page, under the same lock. Everything else goes to the
 * network untouched.
 */
import { clientsClaim } from 'workbox-core'
import { cleanupOutdatedCaches, createHandlerBoundToURL, precacheAndRoute } from 'workbox-precaching'
import { NavigationRoute, registerRoute } from 'workbox-routing'
import { synchronise } from './sync/client'

declare const self: ServiceWorkerGlobalScope & { __WB_MANIFEST: { url: string; revision: string | null }[] }

const NOT_OURS = [/^\/api(\/|$)/, /^\/staff/, /^\/door/, /^\/healthz/, /^\/readyz/, /^\/metrics/]

precacheAndRoute(self.__WB_MANIFEST)
cleanupOutdatedCaches()
registerRoute(new NavigationRoute(createHandlerBoundToURL('door.html'), { allowlist: [/^\/door$/] }))
registerRoute(new NavigationRoute(createHandlerBoundToURL('index.html'), { denylist: NOT_OURS }))
clientsClaim() // the first visit is already offline-ready

let makeWay: () => void
/** The browser lets a newer version wait while this one has a sync under way, which on a bad line takes minutes. */
const makingWay = new Promise<void>((resolve) => (makeWay = resolve))

self.addEventListener('message', ({ data }) => {
  if (data === 'take over') void self.skipWaiting()
  if (data === 'make way') makeWay()
})

self.addEventListener('sync', (event) => {
  if (event.tag === 'outbox') event.waitUntil(Promise.race([sendRest(), makingWay]))
})

/** 10.2: fails on purpose while entries wait, so that the browser tries again. */
async function sendRest(): Promise<void> {
  if ((await synchronise('online')) > 0) throw new Error('entries wait')
}
