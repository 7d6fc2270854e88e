import type { Plugin } from 'vite'

const ICON_CSS = /vant\/(es|lib)\/icon\/index\.css/

/** Drops Vant's icon font: it falls back to an outside host, which the content security policy forbids. */
export function withoutIconFont(): Plugin {
  return {
    name: 'without-icon-font',
    enforce: 'pre',
    load: (id) => (ICON_CSS.test(id) ? '' : null),
  }
}
