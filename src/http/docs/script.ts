/**
 * What the reference page does beyond being read. Without it the page lacks nothing but comfort.
 *
 * @module
 */

/** Copies examples, puts the page's own address into them, and folds the contents away on a small screen. */
export const SCRIPT = `
for (const code of document.querySelectorAll('pre code')) {
  code.textContent = code.textContent.replace('http://127.0.0.1:4780', location.origin)
}
for (const button of document.querySelectorAll('.copy')) {
  button.hidden = !navigator.clipboard
  button.addEventListener('click', async () => {
    await navigator.clipboard.writeText(button.closest('figure').querySelector('code').textContent)
    button.textContent = 'Copied'
    setTimeout(() => (button.textContent = 'Copy'), 1500)
  })
}
const menu = document.querySelector('.menu')
const narrow = matchMedia('(max-width: 60rem)')
const fold = () => (menu.open = !narrow.matches)
narrow.addEventListener('change', fold)
fold()
menu.addEventListener('click', ({ target }) => {
  if (narrow.matches && target.closest('a')) menu.open = false
})
function reveal() {
  const target = document.getElementById(location.hash.slice(1))
  for (let at = target; at; at = at.parentElement) if (at.tagName === 'DETAILS') at.open = true
}
addEventListener('hashchange', reveal)
reveal()
`
