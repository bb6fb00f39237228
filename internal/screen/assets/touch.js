// The touch screen: one tap is sent at once, and the screen turns. Where any of
// this is missing in a browser, the form underneath does the same.
{
  const main = document.querySelector('main'), say = main.querySelector('.say'), answer = main.querySelector('.answer')
  const part = s => answer.querySelector(s)
  let mine

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
    if (text) moment.text = text
    if (f.get('topic')) moment.topic = f.get('topic')
    if (f.get('ref')) moment.context.ref = f.get('ref')
    if (b.name === 'topic') moment.topic = b.value
    if (b.name === 'feeling') moment.feeling = +b.value
    if (b.value === 'need') moment.kind = 'request'
    e.preventDefault()
    if (!text && !moment.topic && !moment.feeling) return f.get('text') || say.querySelector('textarea').focus()
    mine = line.say(main.dataset.submit, moment)
    turn(b.querySelector('svg') || b)
    shown(mine)
  })

  forms(answer, () => mine)

  // received: it has a receipt; this page is its page now.
  const received = i => {
    const words = part('.with'), team = i.doc.sent_to, number = part('.reference')
    number.textContent = number.dataset.with.replace('{}', i.doc.reference)
    answer.dataset.reference = i.doc.reference
    words.textContent = team ? words.dataset.with.replace('{team}', team.team) : words.dataset.counted
    answer.dataset.receipt = i.receipt
    attempt(() => history.pushState(null, '', i.receipt + '?lang=' + answer.dataset.lang))
    const l = document.createElement('link'), s = document.createElement('script')
    l.rel = 'stylesheet'
    l.href = main.dataset.sheet
    s.src = main.dataset.gifts
    l.onload = l.onerror = () => document.head.append(s)
    document.head.append(l)
  }

  shown = i => {
    if (i === mine) {
      const s = answer.dataset.state = i.state === 'held' ? navigator.onLine === false ? 'waiting' : 'trying' : i.state
      if (s === 'said' && !answer.dataset.receipt) received(i)
      if (s === 'refused' && i.why) part('.why').textContent = i.why.detail || i.why.title
    }
    const late = line.items.some(o => line.unfinished(o) && (o !== mine ? o.state !== 'said' : o.tries))
    for (const sign of main.querySelectorAll('.sign')) sign.hidden = !late
  }

  // Who leaves has said all they wanted.
  addEventListener('pagehide', () => { if (mine && !mine.seal && mine.state !== 'refused' && mine.state !== 'gone') line.close(mine) })
  addEventListener('popstate', () => location.reload())

  const kept = attempt(() => JSON.parse(localStorage[WALLET]), []).filter(k => k.url.startsWith(new URL(main.dataset.submit, location).href.replace(/moments$/, 'r/')))
  const list = main.querySelector('.kept')
  for (const k of kept) {
    const a = document.createElement('a')
    a.href = k.url
    a.textContent = k.reference
    list.lastElementChild.append(' ', a)
    list.hidden = false
  }
  line.tick()
  line.items.forEach(shown)
}
