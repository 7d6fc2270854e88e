import { createApp, watch } from 'vue'
import { registerWorker, takeUpdate, updateWaits } from '@/registerWorker'
import '@/styles/base.css'
import App from './App.vue'
import './styles/door.css'
import './styles/sign.css'
import { load, start } from './useDoor'
import { stayAwake } from './wakeLock'
import { language, t } from './words'

const LOOK_FOR_UPDATE_MS = 6 * 3_600_000

async function begin(): Promise<void> {
  document.documentElement.lang = language
  await load()
  createApp(App).mount('#door')
  start()
  stayAwake()
  await keepCurrent()
}

/** Nobody ever closes this page and nothing on it can be lost: a new version is taken at once. */
async function keepCurrent(): Promise<void> {
  watch(updateWaits, (waits) => waits && takeUpdate())
  await registerWorker()
  const registration = await navigator.serviceWorker?.getRegistration()
  setInterval(() => void registration?.update().catch(() => null), LOOK_FOR_UPDATE_MS)
}

begin().catch((reason) => {
  console.error(reason)
  document.getElementById('door')!.textContent = t('no_storage')
})
