/**
 * How the reference page looks.
 *
 * @module
 */

/** Light and dark, by what the reader's system prefers; one column where there is little room. */
export const STYLE = `
:root {
  --paper: #fff; --raised: #f6f7f9; --line: #dfe3e8; --ink: #1c2430; --faint: #586375; --accent: #0b5cad;
  --code: #f1f3f6; --get: #0b5cad; --post: #1a6b35; --patch: #8a5200; --delete: #b3261e;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #12161c; --raised: #181e26; --line: #2c3541; --ink: #e4e8ee; --faint: #9aa7b8; --accent: #7db8ff;
    --code: #1d242e; --get: #7db8ff; --post: #6fcf8d; --patch: #f0b457; --delete: #ff9a91;
  }
}
* { box-sizing: border-box }
html { scroll-padding-top: 4.5rem; -webkit-text-size-adjust: 100% }
@media (prefers-reduced-motion: no-preference) { html { scroll-behavior: smooth } }
body { margin: 0; background: var(--paper); color: var(--ink); font: 1rem/1.6 system-ui, sans-serif }
a { color: var(--accent); text-underline-offset: .15em }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; border-radius: 3px }
code, pre { font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, 'Liberation Mono', monospace; font-size: .875em }
code { background: var(--code); padding: .1em .3em; border-radius: 4px; overflow-wrap: anywhere }
h1 { font-size: 2rem; line-height: 1.2; margin: 0 0 .5rem; letter-spacing: -.02em }
h2 { font-size: 1.6rem; line-height: 1.25; margin: 0 0 .25rem; letter-spacing: -.01em }
h3 { font-size: 1.2rem; line-height: 1.35; margin: 2rem 0 .5rem }
h4 { font-size: .8rem; letter-spacing: .06em; text-transform: uppercase; color: var(--faint); margin: 1.75rem 0 .5rem }
p { margin: 0 0 .75rem }
.lead { color: var(--faint); font-size: 1.1rem }
.skip { position: absolute; left: -99rem; z-index: 2; background: var(--paper); padding: .5rem 1rem }
.skip:focus { left: .5rem; top: .5rem }

.top { position: sticky; top: 0; z-index: 1; display: flex; align-items: baseline; gap: .6rem; padding: .75rem 1.5rem;
  background: var(--paper); border-bottom: 1px solid var(--line) }
.brand { font-weight: 700; font-size: 1.1rem; color: inherit; text-decoration: none }
.version { color: var(--faint); font-size: .85rem }
.raw { margin-left: auto; font-size: .9rem }
.frame { display: grid; grid-template-columns: 19rem minmax(0, 1fr); max-width: 96rem; margin: 0 auto }
nav { position: sticky; top: 3.3rem; align-self: start; max-height: calc(100vh - 3.3rem); overflow-y: auto;
  padding: 1.5rem 1rem 3rem 1.5rem; border-right: 1px solid var(--line) }
.menu > summary { display: none }
nav ul { list-style: none; margin: 0; padding: 0 }
nav a { display: flex; align-items: baseline; gap: .5rem; padding: .25rem .4rem; border-radius: 6px; color: inherit;
  font-size: .875rem; line-height: 1.35; text-decoration: none }
nav a:hover { background: var(--raised) }
nav .chapter { font-weight: 650; margin-top: .9rem }
nav .method { flex: none; width: 3.3rem; font-size: .625rem; padding: 0; border: 0 }
main { padding: 2.5rem 2.5rem 6rem; min-width: 0; outline: none }
.introduction { max-width: 46rem }
.group { margin-top: 4rem; padding-top: 2.5rem; border-top: 1px solid var(--line) }

.operation { display: grid; grid-template-columns: minmax(0, 1fr) minmax(0, 1fr); gap: 2.5rem; padding: 2rem 0 2.5rem }
.operation + .operation { border-top: 1px solid var(--line) }
.operation h3 { margin-top: 0; font-size: 1.3rem }
.anchor { color: var(--faint); text-decoration: none; opacity: 0 }
h3:hover .anchor, .anchor:focus { opacity: 1 }
.line { margin-bottom: .35rem }
.path { background: none; padding: 0; font-size: .95rem }
.access { color: var(--faint); font-size: .9rem }
.who { font-weight: 600; color: var(--ink) }
.method { display: inline-block; font: 700 .7rem/1.5 ui-monospace, Menlo, Consolas, monospace; letter-spacing: .03em;
  padding: 0 .4rem; border: 1px solid currentColor; border-radius: 4px }
.get { color: var(--get) } .post { color: var(--post) } .patch { color: var(--patch) } .delete { color: var(--delete) }
.shown { position: sticky; top: 4.5rem; align-self: start; min-width: 0 }
figure { margin: 0 0 1rem; border: 1px solid var(--line); border-radius: 8px; overflow: hidden; background: var(--raised) }
figcaption { display: flex; align-items: center; justify-content: space-between; min-height: 2.1rem; padding: .2rem .75rem;
  border-bottom: 1px solid var(--line); font-size: .8rem; color: var(--faint) }
pre { margin: 0; padding: .75rem; overflow: auto; max-height: 24rem; line-height: 1.5; font-size: .8125rem }
pre:focus-visible { outline-offset: -2px }
pre code { background: none; padding: 0; font-size: inherit; overflow-wrap: normal }
.copy { font: inherit; color: var(--accent); background: none; border: 1px solid var(--line); border-radius: 6px;
  padding: .05rem .6rem; cursor: pointer }

dl { margin: 0 }
.fields > dt, .answers > dt { padding-top: .6rem; border-top: 1px solid var(--line) }
.fields dt > code { font-weight: 600; background: none; padding: 0 }
.type, .must { font-size: .85rem; color: var(--faint) }
.must { color: var(--delete) }
dd { margin: 0 0 .6rem; font-size: .95rem }
dd p { margin: .1rem 0 .3rem }
dd ul { margin: 0; padding-left: 1.1rem; font-size: .9rem }
details > summary { cursor: pointer; color: var(--faint); font-size: .9rem; padding: .15rem 0 }
details > .fields, details > .forms { margin: .25rem 0 .5rem .3rem; padding-left: .9rem; border-left: 2px solid var(--line) }
.failures { margin-top: 1rem }
.failures ul { display: flex; flex-wrap: wrap; gap: .3rem 1rem; margin: .5rem 0 0; padding: 0; list-style: none }
.count { display: inline-block; min-width: 1.5em; text-align: center; background: var(--code); border-radius: 1em; font-size: .8rem }
.status { font: 600 .85rem ui-monospace, Menlo, Consolas, monospace; color: var(--faint) }
.problems { display: grid; grid-template-columns: repeat(auto-fill, minmax(19rem, 1fr)); gap: 1rem 2rem; margin-top: 1.5rem }
.problems dd { margin: .1rem 0 0 }
.problems > div, .shape { scroll-margin-top: 1rem }
:target:is(.problems > div) { outline: 2px solid var(--accent); outline-offset: .4rem; border-radius: 4px }
.shape { max-width: 52rem }

@media (max-width: 80rem) {
  .operation { grid-template-columns: minmax(0, 1fr); gap: 1.25rem }
  .shown { position: static }
}
@media (max-width: 60rem) {
  .frame { display: block }
  nav { position: static; max-height: none; padding: .5rem 1rem; border: 0; border-bottom: 1px solid var(--line) }
  .menu > summary { display: list-item; font-weight: 600; color: var(--ink); padding: .5rem 0 }
  nav a { padding: .45rem .4rem }
  main { padding: 1.5rem 1rem 4rem }
  .top { padding: .6rem 1rem }
  .group { margin-top: 2.5rem; padding-top: 1.5rem }
  h1 { font-size: 1.6rem }
}
@media print { nav, .copy, .top { display: none } .frame, .operation { display: block } pre { max-height: none } }
`
