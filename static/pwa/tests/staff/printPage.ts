/**
 * What the coverage page prints of given figures: its own components, without a browser.
 *
 * tests/workstation/coverage/printed.py builds it and runs it as `node printPage.js ANSWERS.json PRINTED.json`.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { createSSRApp, h, type Component } from 'vue'
import { createMemoryHistory, createRouter } from 'vue-router'
import { renderToString } from 'vue/server-renderer'
import CoverageSentences from '@/staff/components/CoverageSentences.vue'
import CoverageTable from '@/staff/components/CoverageTable.vue'
import CoverageTotals from '@/staff/components/CoverageTotals.vue'
import { columnsFor } from '@/staff/rules/columns'
import { DEFAULTS, type Grouping } from '@/staff/rules/filters'
import { branchesOf, wholeBranch } from '@/staff/rules/tree'
import type { Coverage } from '@/staff/wire'

type Answer = { by: Grouping; coverage: Coverage }

const router = createRouter({
  history: createMemoryHistory(),
  routes: [{ path: '/:any(.*)', component: CoverageTable }],
})

const html = (component: Component, props: Record<string, unknown>) =>
  renderToString(createSSRApp({ render: () => h(component, props) }).use(router))

function tableProps({ by, coverage: { totals, rows } }: Answer) {
  const lines = rows.map((row) => ({ ...row, code: '', place: '', rank: 0 }))
  const branches = [wholeBranch(totals, [], ''), ...branchesOf(lines, by, new Set(), () => [])]
  const none = { sortable: () => true, to: () => null, opening: () => null, missing: () => null }
  return { caption: '', columns: columnsFor(by), branches, weeks: [], sort: '', ...none }
}

async function print(answer: Answer) {
  const { by, coverage } = answer
  const shown = { coverage, filters: { ...DEFAULTS, by } }
  return {
    columns: columnsFor(by).map(({ key }) => key),
    sentences: await html(CoverageSentences, { ...shown, changes: null, gaps: null, today: null }),
    totals: await html(CoverageTotals, shown),
    table: await html(CoverageTable, tableProps(answer)),
  }
}

async function printAll(given: string, printed: string) {
  const answers = JSON.parse(readFileSync(given, 'utf8')) as Answer[]
  writeFileSync(printed, JSON.stringify(await Promise.all(answers.map(print))))
}

const [given, printed] = process.argv.slice(2)
if (given && printed) void printAll(given, printed)
