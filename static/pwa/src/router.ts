import { createRouter, createWebHashHistory } from 'vue-router'
import { holders, session } from './composables/session'
import { partMissing } from './missingPart'
import HomePage from './pages/HomePage.vue'

/**
 * The first page comes with the app; the others are fetched when they are opened, by then from the precache.
 */
export const router = createRouter({
  history: createWebHashHistory(),
  scrollBehavior: (_to, _from, saved) => saved ?? { top: 0 },
  routes: [
    { path: '/', component: HomePage },
    { path: '/reception', component: () => import('./pages/ReceptionPage.vue') },
    { path: '/records', component: () => import('./pages/RecordsPage.vue') },
    { path: '/records/:id', component: () => import('./pages/RecordPage.vue'), props: true },
    { path: '/me', component: () => import('./pages/MePage.vue') },
    { path: '/my-months', component: () => import('./pages/MyMonthsPage.vue') },
    { path: '/in-my-name', component: () => import('./pages/InMyNamePage.vue') },
    { path: '/plan', component: () => import('./pages/DutyPlanPage.vue') },
    { path: '/liaison', component: () => import('./pages/LiaisonPage.vue') },
    {
      path: '/enter-for/:member?/:station?',
      component: () => import('./pages/EnterForPage.vue'),
      props: true,
    },
    { path: '/devices', component: () => import('./pages/DevicesPage.vue') },
    { path: '/suggestions', component: () => import('./pages/SuggestionsPage.vue') },
    { path: '/diagnosis', component: () => import('./pages/DiagnosticsPage.vue') },
    { path: '/rescue', component: () => import('./pages/RescuePage.vue') },
    {
      path: '/code/:station?/:digits?',
      component: () => import('./pages/StationCodePage.vue'),
      props: true,
    },
    { path: '/keeping', name: 'keeping', component: () => import('./pages/KeepingPage.vue') },
    { path: '/tablet', name: 'tablet', component: () => import('./pages/TabletPage.vue') },
    { path: '/enrol/:code?', name: 'enrol', component: () => import('./pages/EnrolPage.vue'), props: true },
    { path: '/sign-in', name: 'sign-in', component: () => import('./pages/SignInPage.vue') },
    { path: '/:rest(.*)', redirect: '/' },
  ],
})

const OPEN_TO_ALL = ['enrol', 'sign-in', 'tablet', 'keeping']
router.beforeEach(({ name }) => {
  if (session.value || OPEN_TO_ALL.includes(String(name))) return true
  return holders.value.length > 0 ? '/tablet' : '/enrol'
})

// A page that could not be fetched: where to go is kept for when the app starts again (src/missingPart.ts).
router.onError((_reason, to) => {
  location.hash = to.fullPath
})
router.afterEach((_to, _from, failure) => {
  if (!failure) partMissing.value = false
})
