#!/usr/bin/env node
// The program of the published package. Plain JavaScript that Nodes too old for the rest can read, so that they can say so.
const [major, minor] = process.versions.node.split('.').map(Number)
if (major < 22 || (major === 22 && minor < 15)) {
  console.error(`logbrook: needs Node 22.15 or newer; this is ${process.versions.node}`)
  process.exit(1)
}
await import('../dist/main.js')
