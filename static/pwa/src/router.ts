import { createRouter, createWebHashHistory } from 'vue-router'
import { session } from './composables/session'
import HomePage from './pages/HomePage.vue'

/**
 * The first page comes with the app; the others are fetched when they are opened, by then from the precache. One
 * that is missing after an update comes with a reload.
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
    { path: '/rescue', component: () => import('./pages/RescuePage.vue') },
    {
      path: '/code/:station?/:digits?',
      component: () => import('./pages/StationCodePage.vue'),
      props: true,
    },
    { path: '/enrol/:code?', name: 'enrol', component: () => import('./pages/EnrolPage.vue'), props: true },
    { path: '/sign-in', name: 'sign-in', component: () => import('./pages/SignInPage.vue') },
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
