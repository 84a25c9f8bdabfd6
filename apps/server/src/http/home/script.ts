/**
 * What the page does: puts its own address into the lines to paste, and shows the topics that its reader may see.
 *
 * - Credentials are left out until the reader asks to sign in: a page that nobody has asked must not open the browser's dialog.
 * - Names reach the page as text only.
 */
export const SCRIPT = `
'use strict'
const REFRESH_MS = 2000
const TOPICS_SHOWN_MAX = 20
const PARTITIONS_SHOWN_MAX = 16
const $ = (id) => document.getElementById(id)
const count = new Intl.NumberFormat('en')
let credentials = 'omit'

function make(tag, properties = {}, ...children) {
  const element = Object.assign(document.createElement(tag), properties)
  element.append(...children)
  return element
}

for (const slot of document.querySelectorAll('.url')) slot.textContent = location.origin

for (const item of document.querySelectorAll('.try li')) {
  const button = make('button', { type: 'button', textContent: 'Copy' })
  button.addEventListener('click', async () => {
    try {
      await navigator.clipboard.writeText(item.querySelector('pre').textContent)
      button.textContent = 'Copied'
    } catch {
      getSelection().selectAllChildren(item.querySelector('pre'))
      button.textContent = 'Selected'
    }
    setTimeout(() => { button.textContent = 'Copy' }, 1500)
  })
  item.append(button)
}

async function ask(path) {
  const response = await fetch(path, { credentials, headers: { accept: 'application/json' } })
  const body = await response.json()
  if (!response.ok) throw Object.assign(new Error(body.message), { status: response.status })
  return body
}

function track({ log_start_offset: start, high_watermark: end }, most) {
  const percent = (offset) => (most === 0 ? 0 : (100 * offset) / most) + '%'
  const kept = make('i', { className: 'kept' })
  kept.style.left = percent(start)
  kept.style.width = percent(end - start)
  return make('span', { className: 'track', ariaHidden: 'true' }, kept)
}

function row(partition, most) {
  const { log_start_offset: start, high_watermark: end } = partition
  return make('tr', {},
    make('th', { scope: 'row', textContent: partition.partition }),
    make('td', { className: 'stream' }, track(partition, most)),
    make('td', { textContent: count.format(start) }),
    make('td', { textContent: count.format(end) }),
    make('td', { textContent: count.format(end - start) }))
}

function table({ name, partitions }) {
  const shown = partitions.slice(0, PARTITIONS_SHOWN_MAX)
  const most = Math.max(0, ...partitions.map((partition) => partition.high_watermark))
  const records = partitions.reduce((sum, { log_start_offset: start, high_watermark: end }) => sum + end - start, 0)
  const more = partitions.length - shown.length
  const summary = count.format(records) + (records === 1 ? ' record' : ' records') + (more > 0 ? ', ' + more + ' more partitions' : '')
  const heads = ['Partition', '', 'Log start offset', 'High watermark', 'Records']
  return make('table', {},
    make('caption', {}, name, make('small', { textContent: summary })),
    make('thead', {}, make('tr', {}, ...heads.map((text, i) => i === 1
      ? make('td', { className: 'stream' })
      : make('th', { scope: 'col', textContent: text })))),
    make('tbody', {}, ...shown.map((partition) => row(partition, most))))
}

function note(...children) {
  return make('p', { className: 'note' }, ...children)
}

/** Bars that are there already move to their new place; a table that changed its shape is drawn anew. */
function show(...children) {
  const next = make('div', {}, ...children)
  const old = $('topics')
  const shape = (root) => root.querySelectorAll('*').length
  const text = (root) => Array.from(root.querySelectorAll('caption'), (caption) => caption.firstChild.textContent).join()
  if (old.querySelector('table') === null || shape(old) !== shape(next) || text(old) !== text(next)) return old.replaceChildren(...children)
  const fresh = next.querySelectorAll('td, caption small, .kept')
  old.querySelectorAll('td, caption small, .kept').forEach((element, i) => {
    if (element.matches('.kept')) Object.assign(element.style, { left: fresh[i].style.left, width: fresh[i].style.width })
    else if (element.childElementCount === 0 && element.textContent !== fresh[i].textContent) element.textContent = fresh[i].textContent
  })
}

function signIn() {
  const button = make('button', { type: 'button', textContent: 'Sign in' })
  button.addEventListener('click', () => { credentials = 'same-origin'; refresh() })
  return note('This broker asks who you are. ', button)
}

async function refresh() {
  try {
    const { topics } = await ask('/v1/kafka/topics')
    const described = await Promise.all(topics.slice(0, TOPICS_SHOWN_MAX).map(({ name }) => ask('/v1/kafka/topics/' + name).catch(() => null)))
    const tables = described.filter((topic) => topic !== null).map(table)
    const more = topics.length - TOPICS_SHOWN_MAX
    if (more > 0) tables.push(note('and ' + count.format(more) + ' more'))
    if (tables.length > 0) show(...tables)
    else show(note('No topic yet, or none that you may see. The first line below creates one.'))
  } catch (error) {
    if (error.status === 401) {
      credentials = 'omit'
      show(signIn())
      return
    }
    show(note(error.status === undefined ? 'The broker does not answer. It may be stopping.' : error.message))
  }
  setTimeout(refreshWhenSeen, REFRESH_MS)
}

function refreshWhenSeen() {
  if (!document.hidden) refresh()
  else document.addEventListener('visibilitychange', refreshWhenSeen, { once: true })
}

refresh()
`
