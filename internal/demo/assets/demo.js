// The stopwatch of the demo. It looks at the three frames from outside, as a
// person would, and writes down when something in them changed. Everything is
// measured by this page's one clock. What it looks at is the pages' own markup:
//
//   touch screen   form.say, sent; .answer[data-state=said]; .steps li.on; article.theirs
//   desk           #rings [data-page]; forms whose action ends in /on-it and /answer
//   wall           [data-moment], the id of what was said
'use strict'
{
  const $ = (q, at = document) => at.querySelector(q)
  const all = (q, at = document) => [...at.querySelectorAll(q)]
  const frame = { shopper: $('#shopper iframe'), manager: $('#manager iframe'), wall: $('#wall iframe') }
  const page = name => { try { return frame[name].contentDocument } catch { return null } }

  // ---- the legs: from a press to what comes of it
  const order = ['tap', 'take', 'answer']
  const legs = Object.fromEntries(order.map(name => [name, { el: $(`[data-leg=${name}]`), from: 0, left: 0 }]))
  const box = (leg, mark) => $(`[data-mark=${mark}] dd`, legs[leg].el)

  function clear(leg) {
    const l = legs[leg]
    l.from = 0
    for (const dd of all('dd', l.el)) { dd.replaceChildren(); dd.removeAttribute('data-ms') }
  }
  // start begins a leg, and those after it anew.
  function start(leg) {
    const at = order.indexOf(leg)
    order.slice(at).forEach(clear)
    legs[leg].from = performance.now()
    legs[leg].left = all('dd', legs[leg].el).length
    order.forEach((name, i) => {
      state(name, i < at ? 'done' : '')
      legs[name].el.classList.toggle('last', i === at)
    })
    $('#again').disabled = false
  }
  function state(leg, s) {
    if (s) legs[leg].el.dataset.state = s
    else delete legs[leg].el.dataset.state
  }
  // mark writes down when something came of a leg; the first time counts.
  function mark(leg, name) {
    const l = legs[leg], dd = box(leg, name)
    if (!l.from || dd.firstChild) return
    const ms = performance.now() - l.from
    dd.append(ms < 1000 ? Math.max(1, Math.round(ms)) : (ms / 1000).toFixed(1), Object.assign(document.createElement('small'), { textContent: ms < 1000 ? 'ms' : 's' }))
    dd.classList.add('new')
    dd.addEventListener('animationend', () => dd.classList.remove('new'), { once: true })
    dd.dataset.ms = ms.toFixed(1)
    const what = $(`[data-mark=${name}] dt`, l.el).textContent
    $('#aloud').textContent = `${what}: ${dd.textContent}`
    if (--l.left) return
    state(leg, 'done')
    const next = order[order.indexOf(leg) + 1]
    if (next) state(next, 'next')
  }

  // ---- what is seen in each frame
  let elsewhere = false // the tap came from a phone that is not on this page
  let answers = 0, on = 0, rung = new Set, moment = ''

  const seen = {
    shopper(doc) {
      const answer = $('.answer', doc)
      if (!answer || elsewhere) return
      if (answer.dataset.state === 'said') mark('tap', 'disk')
      if (stepsOn(answer) > Math.max(on, 2)) mark('take', 'left')
      if (all('article.theirs', answer).length > answers) mark('answer', 'left')
    },
    manager(doc) {
      const fresh = all('#rings [data-page]', doc).some(r => !rung.has(r.dataset.page))
      if (fresh) mark('tap', 'ring')
      $('[data-show=manager]').classList.toggle('rings', !!$('#rings [data-page]', doc))
    },
    wall(doc) {
      if (moment && $(`[data-moment="${moment}"]`, doc)) mark('tap', 'wall')
    },
  }
  const stepsOn = answer => all('.steps li.on', answer).length
  const look = name => { const doc = page(name); if (doc?.body) seen[name](doc) }

  // ---- what is pressed in each frame
  const pressed = {
    shopper(e) {
      const f = e.target, b = e.submitter
      if (!f.matches('form.say') || !b) return
      const one = b.name === 'topic' || b.name === 'feeling'
      if (!one && !all('textarea', f).some(t => t.value.trim())) return
      elsewhere = false
      tapped()
    },
    manager(e) {
      const own = e.submitter?.hasAttribute('formaction')
      acts(new URL(own ? e.submitter.formAction : e.target.action).pathname, e.target)
    },
    wall() {},
  }
  // acts is what the manager does with a form: the answer by keyboard, too.
  function acts(path, form) {
    const answer = page('shopper') && $('.answer', page('shopper'))
    if (path.endsWith('/on-it')) {
      on = answer ? stepsOn(answer) : 0
      start('take')
    } else if (path.endsWith('/answer') && $('[name=text]', form)?.value.trim()) {
      answers = answer ? all('article.theirs', answer).length : 0
      start('answer')
    }
  }
  const typed = e => {
    const form = e.target.closest?.('form[action*="/answer"]')
    if (form && e.key === 'Enter' && (e.metaKey || e.ctrlKey)) acts(new URL(form.action).pathname, form)
  }
  function tapped() {
    moment = ''
    rung = new Set(page('manager') ? all('#rings [data-page]', page('manager')).map(r => r.dataset.page) : [])
    start('tap')
    tell()
  }
  function tell() {
    $('[data-leg=tap] [data-mark=disk] dt').textContent = elsewhere ? 'on disk: go' : 'on disk'
    $('#fine').textContent = elsewhere
      ? 'The tap came from another phone: the clock of this page starts when it hears that the tap is on disk.'
      : 'Measured in this browser by one clock, from the press of the button to the change on the page.'
  }

  for (const name of Object.keys(frame)) {
    const attach = () => {
      const doc = page(name)
      if (!doc || doc.watched) return
      doc.watched = true
      doc.addEventListener('submit', pressed[name], true)
      if (name === 'manager') doc.addEventListener('keydown', typed, true)
      new MutationObserver(() => look(name)).observe(doc, { subtree: true, childList: true, attributes: true, characterData: true })
      look(name)
    }
    frame[name].addEventListener('load', attach)
    if (page(name)?.readyState === 'complete' && page(name).URL !== 'about:blank') attach()
  }

  // ---- the stream beside the frames: which moment it was, what came from other
  // phones, and what arrived at the receivers
  const stream = new EventSource('/demo/trace')
  stream.addEventListener('open', () => all('#hooks,#mails').forEach(list => all('details', list).forEach(d => d.parentElement.remove())))
  stream.addEventListener('step', e => {
    const step = JSON.parse(e.data)
    if (step.type === 'cx.moment.received') {
      const here = legs.tap.from && performance.now() - legs.tap.from < 5000 && !moment
      if (!here) { elsewhere = true; tapped() }
      moment = step.moment
      mark('tap', 'disk') // or its own 201, whichever is heard of first
      look('manager')
      look('wall')
    }
    if (elsewhere && step.type === 'cx.case.acknowledged') mark('take', 'left')
    if (elsewhere && step.type === 'cx.case.answered') mark('answer', 'left')
  })
  const hour = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' })
  stream.addEventListener('left', e => {
    const x = JSON.parse(e.data), hook = x.way === 'webhook'
    const list = $(hook ? '#hooks' : '#mails'), li = document.createElement('li')
    const put = (tag, text, at) => at.appendChild(Object.assign(document.createElement(tag), { textContent: text }))
    const details = li.appendChild(document.createElement('details')), summary = details.appendChild(document.createElement('summary'))
    put('time', hour.format(new Date(x.at)), summary)
    put('span', x.what, summary)
    put('small', x.to, summary)
    details.addEventListener('toggle', () => {
      if (!details.open || $('pre', details)) return
      let body = x.body
      try { if (hook) body = JSON.stringify(JSON.parse(body), null, 2) } catch { /* cut short: as it is */ }
      put('pre', body, details)
    })
    $('.none', list)?.remove()
    list.prepend(li)
    const open = all('details[open]', list).length
    all('li', list).slice(6 + open).filter(old => !$('[open]', old)).forEach(old => old.remove())
  })

  // ---- begin again
  $('#again').addEventListener('click', async () => {
    $('#again').disabled = true
    const done = await fetch('/demo/again', { method: 'POST' }).catch(() => null)
    if (!done?.ok) { $('#again').disabled = false; return }
    elsewhere = false
    moment = ''
    order.forEach(name => { clear(name); state(name, ''); legs[name].el.classList.remove('last') })
    state('tap', 'next')
    tell()
    for (const name of ['shopper', 'manager']) frame[name].contentWindow.location.replace(frame[name].getAttribute('src'))
    show('shopper')
  })

  // ---- frames are as wide as they are drawn; on a phone one is seen at a time
  const sizes = new ResizeObserver(list => {
    for (const { target, contentRect } of list) target.style.setProperty('--scale', contentRect.width / $('iframe', target).offsetWidth)
  })
  all('.glass').forEach(g => sizes.observe(g))
  function show(name) {
    $('.stage').dataset.shown = name
    for (const b of all('[data-show]')) b.setAttribute('aria-pressed', b.dataset.show === name)
  }
  for (const b of all('[data-show]')) b.addEventListener('click', () => show(b.dataset.show))
}
