/**
 * How the demo page looks.
 *
 * @module
 */

/** Light and dark, by what the viewer's system prefers. */
export const STYLE = `
:root {
  --paper: #fff; --raised: #f6f7f9; --line: #cfd5dd; --ink: #1c2430; --faint: #586375; --accent: #0b5cad;
  --on-accent: #fff; --bad: #b3261e; --good: #1a6b35;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #12161c; --raised: #181e26; --line: #3a4553; --ink: #e4e8ee; --faint: #9aa7b8; --accent: #7db8ff;
    --on-accent: #0d1218; --bad: #ff9a91; --good: #6fcf8d;
  }
}
* { box-sizing: border-box }
body { margin: 0 auto; max-width: 64rem; padding: 1.5rem; background: var(--paper); color: var(--ink);
  font: 1rem/1.5 system-ui, sans-serif }
h1 { font-size: 1.7rem; margin: 0 } h2 { font-size: 1.15rem; margin: 0 0 .6rem } h3 { font-size: 1rem; margin: 0 0 .4rem;
  overflow-wrap: anywhere }
p { margin: .4rem 0 }
code { font: .9em ui-monospace, Menlo, Consolas, monospace }
section { padding: 1.1rem 0; border-top: 1px solid var(--line) }
label { display: block; margin-bottom: .25rem }
.row { display: flex; flex-wrap: wrap; gap: .5rem }
input { flex: 1 1 16rem; max-width: 32rem; font: inherit; color: inherit; background: var(--raised); padding: .45rem .6rem;
  border: 1px solid var(--line); border-radius: 6px }
button { font: inherit; padding: .45rem .9rem; border: 1px solid var(--accent); border-radius: 6px; cursor: pointer;
  background: var(--accent); color: var(--on-accent) }
button:disabled { opacity: .45; cursor: default }
td button { padding: .15rem .7rem; background: none; color: var(--bad); border-color: currentColor }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px }
.hint, .state { color: var(--faint); font-size: .9rem }
#said:empty { display: none } #said { padding: .6rem .9rem; border-radius: 6px; background: var(--raised); color: var(--bad) }
video { width: 100%; aspect-ratio: 16 / 9; background: #000; border-radius: 6px } #preview { max-width: 20rem }
.players { display: grid; grid-template-columns: repeat(auto-fill, minmax(15rem, 1fr)); gap: 1rem; list-style: none;
  margin: 1rem 0 0; padding: 0 }
.players li { padding: .8rem; border: 1px solid var(--line); border-radius: 8px; background: var(--raised) }
.players li.cut { border-color: var(--bad) } .players li.cut .state { color: var(--bad); font-weight: 600 }
.players li.playing .state { color: var(--good) }
table { width: 100%; border-collapse: collapse; text-align: left } th, td { padding: .35rem .5rem; border-bottom: 1px solid var(--line);
  overflow-wrap: anywhere } caption { text-align: left }
.unseen { position: absolute; clip-path: inset(50%); width: 1px; height: 1px; overflow: hidden }
`
