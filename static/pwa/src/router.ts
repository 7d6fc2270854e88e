import { createRouter, createWebHashHistory } from 'vue-router'
import { session } from './composables/session'
import EnrolPage from './pages/EnrolPage.vue'
import HomePage from './pages/HomePage.vue'
import MePage from './pages/MePage.vue'
import ReceptionPage from './pages/ReceptionPage.vue'
import RecordPage from './pages/RecordPage.vue'
import RecordsPage from './pages/RecordsPage.vue'
import SignInPage from './pages/SignInPage.vue'

/**
 * All pages come in one file, since one that is fetched later could be missing after an update or offline. The
 * exception is rarely opened and heavy; it is in the precache.
 */
export const router = createRouter({
  history: createWebHashHistory(),
  scrollBehavior: (_to, _from, saved) => saved ?? { top: 0 },
  routes: [
    { path: '/', component: HomePage },
    { path: '/reception', component: ReceptionPage },
    { path: '/records', component: RecordsPage },
    { path: '/records/:id', component: RecordPage, props: true },
    { path: '/me', component: MePage },
    { path: '/rescue', component: () => import('./pages/RescuePage.vue') },
    { path: '/enrol/:code?', name: 'enrol', component: EnrolPage, props: true },
    { path: '/sign-in', name: 'sign-in', component: SignInPage },
    { path: '/:rest(.*)', redirect: '/' },
  ],
})

const OPEN_TO_ALL = ['enrol', 'sign-in']
router.beforeEach(({ name }) => (session.value || OPEN_TO_ALL.includes(String(name)) ? true : '/enrol'))

// The worker has newer files than this tab: they come with a reload, and nothing is lost by it.
router.onError((_reason, to) => {
  if (!navigator.serviceWorker?.controller) return
  location.hash = to.fullPath
  location.reload()
})
