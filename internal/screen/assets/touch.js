// The touch screen: one tap is sent at once, and the screen turns. Where any of
// this is missing in a browser, the form underneath does the same.
{
  const main = document.querySelector('main'), say = main.querySelector('.say'), answer = main.querySelector('.answer')
  const part = s => answer.querySelector(s), base = main.dataset.base

  // Who comes with something behind the # is somebody: who, gifts.js says on the
  // screen. What is tapped before that waits for it.
  if (location.hash) more(true)

  const turn = from => {
    const go = () => { say.hidden = true; answer.hidden = false; scrollTo(0, 0); part('h1').focus() }
    if (!document.startViewTransition || matchMedia('(prefers-reduced-motion:reduce)').matches) return go()
    from.style.viewTransitionName = 'badge'
    document.startViewTransition(go)
  }

  say.addEventListener('submit', e => {
    const b = e.submitter, f = new FormData(say)
    if (!b) return
    const text = [f.get('text'), f.get('need')].map(s => s.trim()).filter(Boolean).join('\n')
    const moment = { lang: f.get('lang'), context: JSON.parse(main.dataset.context), class: 'unidentified' }
    if (come) come(moment)
    if (text) moment.text = text
    if (f.get('topic')) moment.topic = f.get('topic')
    if (f.get('ref')) moment.context.ref = f.get('ref')
    if (b.name === 'topic') moment.topic = b.value
    if (b.name === 'feeling') moment.feeling = +b.value
    if (b.value === 'need') moment.kind = 'request'
    e.preventDefault()
    const media = picked(say)
    if (!text && !moment.topic && !moment.feeling && !media.length) return say.querySelector('textarea').focus()
    mine = line.say(base + '/moments', moment, media, !come && say.querySelector('.known,.staff') && location.hash)
    more()
    turn(b.querySelector('svg') || b)
    shown(mine)
  })

  forms(answer, () => mine)

  // received: it has a receipt; this page is its page now.
  const received = i => {
    const words = part('.with'), team = i.doc.sent_to
    words.textContent = team ? words.dataset.with.replace('{team}', team.team) : words.dataset.counted
    answer.dataset.receipt = i.receipt
    attempt(() => history.pushState(null, '', i.receipt + '?lang=' + answer.dataset.lang))
    attempt(() => live())
  }

  shown = i => {
    if (i !== mine) return
    const s = answer.dataset.state = i.state === 'held' ? navigator.onLine === false ? 'waiting' : 'trying' : i.state
    if (s === 'said' && !answer.dataset.receipt) received(i)
    if (s === 'refused' && i.why) part('.why').textContent = i.why.detail || i.why.title
  }

  // Who leaves has said all they wanted. The browser may keep the page for coming
  // back: what is left to do is anybody's from now on.
  addEventListener('pagehide', () => {
    if (mine && !mine.seal && mine.state !== 'refused' && mine.state !== 'gone') line.close(mine)
    for (const id in owned) owned[id]()
  })

  // Something is here from an earlier visit, or came from another app.
  if (attempt(() => Object.keys(localStorage).some(k => /^sayline\.(unsent|kept)/.test(k))) || /[?&]shared/.test(location.search)) more()
}
