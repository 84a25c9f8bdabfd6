/** The page's look: one column, the system's fonts, light or dark as the reader has it. */
export const STYLE = `
:root {
  color-scheme: light dark;
  --paper: light-dark(#f6f4ee, #0e1618);
  --sheet: light-dark(#fffefb, #152023);
  --line: light-dark(#dfdacd, #27363a);
  --ink: light-dark(#1b2726, #e6edea);
  --soft: light-dark(#5b6763, #9db0ac);
  --water: light-dark(#0c6b70, #62cfc6);
  --deep: light-dark(#0c6b70, #2f8f8c);
  --bed: light-dark(#ece8dc, #1d2b2f);
  --mono: ui-monospace, 'SF Mono', 'Cascadia Code', Menlo, Consolas, 'DejaVu Sans Mono', monospace;
}
* { box-sizing: border-box }
body {
  margin: 0; background: var(--paper); color: var(--ink);
  font: 16px/1.55 system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', sans-serif;
}
main, header, footer { max-width: 62rem; margin: 0 auto; padding: 0 1.5rem }
header { display: flex; flex-wrap: wrap; align-items: center; gap: 1rem 1.25rem; padding-top: 3.5rem; padding-bottom: .5rem }
header svg { width: 3.5rem; height: 3.5rem; flex: none }
h1 { margin: 0; font-size: 2.1rem; line-height: 1.1; letter-spacing: -.025em }
h1 small { font-size: .95rem; font-weight: 500; letter-spacing: 0; color: var(--soft); margin-left: .4rem }
.lead { margin: .2rem 0 0; color: var(--soft) }
.facts { display: flex; flex-wrap: wrap; gap: .5rem; list-style: none; margin: 1.25rem 0 0; padding: 0; font-size: .9rem }
.facts li { padding: .2rem .75rem; border: 1px solid var(--line); border-radius: 99px; background: var(--sheet); color: var(--soft) }
.facts b { color: var(--ink); font-weight: 600 }
h2 { margin: 2.75rem 0 .75rem; font-size: 1.15rem; letter-spacing: -.01em }
.sheet { background: var(--sheet); border: 1px solid var(--line); border-radius: 12px; overflow: hidden }
.note { padding: 1.1rem 1.25rem; margin: 0; color: var(--soft) }
code, pre, td, th[scope=row] { font-family: var(--mono); font-size: .875rem }
.scroll { overflow-x: auto }
table { width: 100%; border-collapse: collapse; margin-bottom: .75rem }
caption { text-align: left; padding: .9rem 1.25rem .35rem; font-weight: 600 }
caption small { font-weight: 400; color: var(--soft); margin-left: .5rem }
table + table caption { border-top: 1px solid var(--line) }
thead th { font-size: .78rem; font-weight: 500; color: var(--soft) }
th, td { text-align: right; padding: .3rem 1.25rem; font-variant-numeric: tabular-nums; white-space: nowrap }
th:first-child { text-align: left; width: 6rem }
tbody th { font-weight: 400 }
.stream { width: 100%; padding: 0; vertical-align: middle }
.track { display: block; min-width: 8rem; height: .7rem; border-radius: 99px; background: var(--bed); overflow: hidden; position: relative }
.track i { position: absolute; inset: 0 auto 0 0; transition: width .6s ease-out, left .6s ease-out }
.track .kept { background: linear-gradient(90deg, var(--deep), var(--water)); border-radius: 99px }
.try { list-style: none; margin: 0; padding: 0 }
.try li { display: grid; grid-template-columns: 1fr auto; gap: 0 1rem; align-items: center; padding: .9rem 1.25rem }
.try li + li { border-top: 1px solid var(--line) }
.try p { margin: 0; font-size: .9rem; color: var(--soft) }
.try pre { grid-column: 1; margin: .15rem 0 0; white-space: pre-wrap; overflow-wrap: anywhere; line-height: 1.5 }
.try button { grid-column: 2; grid-row: 1 / 3 }
button {
  font: inherit; font-size: .85rem; color: var(--water); background: none; cursor: pointer;
  border: 1px solid var(--line); border-radius: 8px; padding: .3rem .8rem; min-width: 5.25rem;
}
button:hover { border-color: var(--water) }
a { color: var(--water); text-underline-offset: .2em }
:focus-visible { outline: 2px solid var(--water); outline-offset: 2px }
footer { padding-top: 2.25rem; padding-bottom: 3.5rem; color: var(--soft); font-size: .9rem }
footer nav { display: flex; flex-wrap: wrap; gap: .35rem 1.5rem }
@media (max-width: 40rem) {
  header { padding-top: 2rem }
  .stream { display: none }
  .try li { grid-template-columns: 1fr }
  .try button { grid-column: 1; grid-row: auto; justify-self: start; margin-top: .5rem }
}
@media (prefers-reduced-motion: reduce) { .track i { transition: none } }
`
