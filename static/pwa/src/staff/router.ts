/** Addresses after the `#` of /staff; the server knows one page only. A page's code is loaded when opened. */
import { createRouter, createWebHashHistory } from 'vue-router'
import CoveragePage from './pages/CoveragePage.vue'
import { t, type Key } from './words'

declare module 'vue-router' {
  interface RouteMeta {
    title: Key
  }
}

export const router = createRouter({
  history: createWebHashHistory(),
  routes: [
    { path: '/', redirect: '/coverage' },
    { path: '/coverage', component: CoveragePage, meta: { title: 'nav.coverage' } },
    {
      path: '/coverage/stations/:id',
      component: () => import('./pages/StationPage.vue'),
      meta: { title: 'station.title' },
    },
    { path: '/facts', component: () => import('./pages/FactsPage.vue'), meta: { title: 'facts.title' } },
    { path: '/gaps', component: () => import('./pages/GapsPage.vue'), meta: { title: 'nav.gaps' } },
    { path: '/held', component: () => import('./pages/HeldPage.vue'), meta: { title: 'nav.held' } },
    { path: '/hand-in', component: () => import('./pages/HandInPage.vue'), meta: { title: 'hand_in.title' } },
    { path: '/phones', component: () => import('./pages/PhonesPage.vue'), meta: { title: 'nav.phones' } },
    { path: '/people', component: () => import('./pages/PeoplePage.vue'), meta: { title: 'nav.people' } },
    {
      path: '/people/:id',
      component: () => import('./pages/PersonPage.vue'),
      meta: { title: 'nav.people' },
    },
    { path: '/plans', component: () => import('./pages/PlansPage.vue'), meta: { title: 'nav.plans' } },
    { path: '/settings', component: () => import('./pages/SettingsPage.vue'), meta: { title: 'nav.settings' } },
    { path: '/import', component: () => import('./pages/ImportPage.vue'), meta: { title: 'nav.import' } },
    { path: '/reports', component: () => import('./pages/ReportsPage.vue'), meta: { title: 'nav.reports' } },
    { path: '/account', component: () => import('./pages/AccountPage.vue'), meta: { title: 'nav.account' } },
    {
      path: '/enrolment-sheet',
      component: () => import('./pages/EnrolmentSheetPage.vue'),
      meta: { title: 'nav.sheet' },
    },
    {
      path: '/suggestions',
      component: () => import('./pages/SuggestionBoxPage.vue'),
      meta: { title: 'nav.box' },
    },
    {
      path: '/reset/:code?',
      name: 'reset',
      component: () => import('./pages/ResetPage.vue'),
      meta: { title: 'reset.title' },
    },
    { path: '/status', component: () => import('./pages/StatusPage.vue'), meta: { title: 'nav.status' } },
    { path: '/audit', component: () => import('./pages/AuditPage.vue'), meta: { title: 'nav.audit' } },
    { path: '/:rest(.*)*', redirect: '/coverage' },
  ],
  scrollBehavior(to, from, saved) {
    if (saved || to.path !== from.path) return saved ?? { top: 0 }
    if (to.hash) return { el: to.hash, top: 8 }
    return history.state?.at_table ? { el: '.coverage > .table', top: 8 } : {}
  },
})

router.afterEach((to) => {
  document.title = `${t(to.meta.title)} · ${t('app.name')}`
})

/** After an update the old page's parts are gone: the page is fetched anew, once a minute at most. */
router.onError((_, to) => {
  const last = Number(sessionStorage.getItem('reloaded_at'))
  if (!navigator.onLine || Date.now() - last < 60_000) return
  sessionStorage.setItem('reloaded_at', String(Date.now()))
  location.hash = to.fullPath
  location.reload()
})
