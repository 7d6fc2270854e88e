import { createApp } from 'vue'
import '@/styles/base.css'
import './styles/staff.css'
import './styles/states.css'
import './styles/pages.css'
import './styles/dialogs.css'
import './styles/print.css'
import App from './App.vue'
import { router } from './router'
import { openSession } from './session'
import { language } from './words'

document.documentElement.lang = language
await openSession()
createApp(App).use(router).mount('#app')
