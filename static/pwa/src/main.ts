import { createApp, watch } from 'vue'
import App from './App.vue'
import { applySize } from './composables/appearance'
import { freezeAll } from './composables/recorder'
import { startLookingAtRoom } from './composables/room'
import { startSending } from './composables/sending'
import { loadSession } from './composables/session'
import { loadLanguage, t } from './locales'
import { startAgainForParts } from './missingPart'
import { registerWorker, updateWaits } from './registerWorker'
import { router } from './router'
import './styles/base.css'
import './styles/vant.css'

async function start(): Promise<void> {
  applySize()
  startAgainForParts()
  watch(updateWaits, () => void import('./updates'), { once: true })
  await Promise.all([loadSession(), loadLanguage()])
  createApp(App).use(router).mount('#app')
  startSending(freezeAll)
  startLookingAtRoom()
  await registerWorker()
}

start().catch((reason) => {
  console.error(reason)
  document.getElementById('app')!.textContent = t('app.no_storage')
})
