// A kiosk: faces, then chips, then thanks, and nothing left of who pressed. A
// press is sent at once and stays open for what the same hand presses next; when
// the hand is gone it is sealed, and its receipt destroyed. The receipt is in
// this page's memory and nowhere else: what is kept on the device is only what
// nobody has taken yet. What waits goes out in the order it was pressed.
{
  const $ = s => document.querySelector(s), main = $('main'), say = main.querySelector('.say'), staff = $('.staff')
  const words = JSON.parse(main.dataset.words), context = JSON.parse(main.dataset.context), base = main.dataset.base
  const KIOSK = 'sayline.kiosk', GAP = 3e3, MOST = 6e4, HOUR = 36e5, first = document.documentElement.lang
  const OPEN = 14e3, OVER = 16e3 // ms after it was taken: it can surely be changed until, the server has surely forgotten it from
  const PACE = 200, STEADY = 6 // ms between moments; tries after which waiting grows no longer
  let lang = first, now, timer, device = attempt(() => JSON.parse(localStorage[KIOSK]), null), heard = Date.now(), told
  KEPT = 'sayline.kiosk.unsent.'
  Queue.name = 'sayline.kiosk'
  world.patient = 20 // tries that failed though the network was there
  const waits = i => i.state !== 'said' && line.unfinished(i)
  const waiting = () => line.items.filter(waits).length + others.size

  // ---- words
  const speak = l => {
    lang = l
    const w = words[l]
    document.documentElement.lang = l
    document.documentElement.dir = w.dir
    for (const e of document.querySelectorAll('[data-say]')) e.textContent = w[e.dataset.say] || ''
    for (const b of document.querySelectorAll('.tongues button')) b.setAttribute('aria-pressed', b.value === l)
    came(told)
  }
  const button = (text, cls, f) => Object.assign(document.createElement('button'), { type: 'button', textContent: text, className: cls, onclick: f })
  if (Object.keys(words).length > 1) for (const l in words) {
    const b = button(words[l].name, '', () => { speak(l); wait() })
    b.value = b.lang = l
    $('.tongues').append(b)
  }

  // ---- one hand
  const idle = () => (device && device.idle || 8) * 1e3
  const wait = ms => { clearTimeout(timer); timer = setTimeout(reset, ms || idle()) }
  const when = at => new Date(at + (device && device.skew || 0)).toISOString()
  const drop = i => { i.state = 'gone'; line.changed(i) }

  // tell: the hand's moment changes as long as it can. What comes too late for
  // that is a press of its own; the server knows a burst when it sees one.
  const tell = (members, at) => {
    const i = now.item
    now.last = at
    if (i && !line.over(i) && !i.seal && !i.sealed && (i.state !== 'said' || i.receipt && at - i.taken < OPEN && world.online())) {
      i.pressed = at
      line.add(i, members)
    } else {
      close(i)
      now.item = press(members, at)
      now.item.pressed = at
    }
  }
  const press = (members, at) => line.say(base + '/moments', { ...members, context, class: 'unidentified', lang, occurred_at: when(at) })

  // finish: the hand is gone from it.
  const finish = i => {
    i.seal = true
    if (i.state === 'held') i.moment.receipt = false
    if (i.state === 'said' && !i.receipt) i.sealed = true
  }
  const close = i => {
    if (!i) return
    if (line.over(i)) return shown(i)
    finish(i)
    line.close(i)
  }
  const end = () => {
    const i = now && now.item
    now = null
    close(i)
  }
  // anew: what was surely not taken any more is a press of its own.
  const anew = (i, members) => {
    if (!members || !members.feeling && !members.topic) return
    const { more, receipt, ...rest } = members
    close(press(rest, i.pressed))
  }
  const reset = () => {
    end()
    main.dataset.state = 'start'
    for (const f of document.querySelectorAll('.mine')) f.classList.remove('mine')
    if (document.activeElement) document.activeElement.blur()
    speak(first)
  }
  const pressed = (members, b) => {
    const at = Date.now()
    if (now && !(at - now.last < GAP && at - now.at < MOST) && (now.done || members.feeling)) end()
    now = now || { at }
    tell(members, at)
    if (members.feeling) {
      now.feeling = members.feeling
      for (const f of say.querySelectorAll('.face')) f.classList.toggle('mine', f === b)
    }
    if (members.topic) now.done = true
    main.dataset.state = now.done || !say.querySelector('.chip') ? 'thanks' : 'more'
    thank()
    if (now.done) return wait(GAP)
    const chips = [...say.querySelectorAll('.chip')], good = now.feeling > 3
    chips.sort((a, b) => ('praise' in b.dataset === good) - ('praise' in a.dataset === good)).forEach(c => c.parentNode.append(c))
    wait()
  }
  // thank: that somebody was told is said when somebody was.
  const SOON = 1500 // ms
  const thank = () => {
    const i = now && now.item, w = words[lang]
    if (!i) return
    const key = i.taken ? i.doc.sent_to ? 'thanks' : 'counted' : i.made + SOON < Date.now() || !world.online() ? 'will_be_sent' : ''
    const h = say.querySelector('.more h1')
    if (h.textContent !== (w[key] || '\u2026')) h.textContent = w[key] || '\u2026'
  }
  say.addEventListener('submit', e => e.preventDefault())
  say.addEventListener('click', e => {
    const b = e.target.closest('button')
    if (!b) return
    full()
    pressed(b.classList.contains('face') ? { feeling: +b.value } : { topic: b.value }, b)
  })
  addEventListener('pagehide', end)
  addEventListener('online', () => beat())
  addEventListener('contextmenu', e => e.preventDefault())

  // ---- the device: full screen, awake, reporting
  const full = () => { if (device && !document.fullscreenElement && document.documentElement.requestFullscreen) document.documentElement.requestFullscreen().catch(() => {}) }
  const awake = () => attempt(() => navigator.wakeLock.request('screen').catch(() => {}))
  document.addEventListener('visibilitychange', () => { if (!document.hidden) awake() })
  const bearer = () => ({ Authorization: 'Bearer ' + device.token })

  // ---- what goes out, in order and not too fast, and what comes back
  const deliver = () => {
    const { keep, forget, send } = world, { answered, silent, claim } = line
    let next = 0 // when the next moment may go
    world.keep = i => i.state === 'said' ? forget(i) : keep(i)
    world.send = (r, n) => {
      if (over) return
      const go = () => over || send(r, n), at = Date.now()
      r.headers = { ...r.headers, ...(device ? bearer() : {}) }
      if (r.method === 'PATCH') {
        const said = JSON.parse(r.body), { i } = line.flying[n] || {}
        if (said.more === false) said.receipt = false
        if (i && (said.feeling || said.topic)) said.occurred_at = when(i.pressed)
        r.body = JSON.stringify(said)
      }
      if (r.method !== 'POST') return go()
      const from = Math.max(at, next)
      next = from + PACE
      from > at ? setTimeout(go, from - at) : go()
    }
    const steady = n => { const { i } = line.flying[n] || {}; return () => { if (i) i.tries = Math.min(i.tries, STEADY) } }
    line.silent = n => {
      const calm = steady(n), { i } = line.flying[n] || {}
      if (i) i.lost = true
      silent(n)
      calm()
    }
    line.answered = (n, status, doc, after) => {
      const calm = steady(n), { i, method } = line.flying[n] || {}
      if (after) next = Math.max(next, Date.now() + after * 1e3)
      const late = i && method === 'PATCH' && [404, 409, 410].includes(status) && !i.lost && i.out
      answered(n, status, doc, after)
      if (status === 429) calm()
      if (status === 401) beat()
      if (late) anew(i, late)
    }
    line.unpatched = i => { i.state = 'gone' } // sealed, or too late
    line.claim = left => { left.forEach(finish); claim(left) } // whose hands are long gone
  }
  // shown: what is over leaves nothing, not even here.
  shown = i => {
    if (i.state === 'said' && !i.taken) i.taken = Date.now()
    if (i.state === 'said' && !i.receipt && !i.sealed) {
      const { patch } = i
      i.sealed = true
      i.patch = null
      anew(i, patch)
    }
    if (i.id && !line.unfinished(i) && !(now && now.item === i)) line.items.splice(line.items.indexOf(i) >>> 0, 1)
    thank()
    health()
  }
  const forget = () => {
    for (const i of [...line.items]) {
      if (i.state !== 'said' || Date.now() - i.taken < OVER) continue
      const { patch } = i
      drop(i)
      anew(i, patch)
    }
  }
  let over // switched off: what would go now would go as nobody's
  const off = () => {
    over = true
    device = null
    attempt(() => Object.keys(localStorage).filter(k => k.startsWith(KIOSK)).forEach(k => localStorage.removeItem(k)))
    for (const i of line.items.splice(0)) {
      i.state = 'gone' // an answer that is on its way keeps nothing
      world.forget(i)
    }
    Queue.ids().then(ids => ids.forEach(Queue.remove), () => {})
    show([words[lang].kiosk_off, words[lang].kiosk_off_what])
  }
  const beat = async () => {
    if (!device) return
    const power = await attempt(() => navigator.getBattery(), null)
    const a = await fetch(base + '/device', { method: 'POST', cache: 'no-store', headers: { 'Content-Type': 'application/json', ...bearer() },
      body: JSON.stringify({ version: 'kiosk 1', queue: waiting(), ...(power ? { battery: Math.round(power.level * 100) } : {}) }) }).catch(() => {})
    const doc = a && await a.json().catch(() => {})
    if (a && a.status === 401 && doc) return off()
    if (!doc || !doc.touchpoint) return health()
    heard = Date.now()
    const changed = device.page && device.page !== doc.page
    const skew = Date.parse(doc.now) - heard
    device = { ...doc, token: device.token, skew: Math.abs(skew) > 5e3 ? skew : 0 }
    main.style.setProperty('--idle', device.idle + 's')
    attempt(() => { localStorage[KIOSK] = JSON.stringify(device) })
    line.tick(true)
    health()
    if (changed && !now) location.reload()
    return true
  }
  const health = () => {
    const n = waiting(), d = $('.dot')
    d.className = 'dot' + (Date.now() - heard > HOUR ? ' bad' : n ? ' wait' : '')
    d.textContent = n || ''
  }
  setInterval(beat, 6e4)
  setInterval(() => { forget(); thank(); health() }, 1e3)

  // ---- what came of it
  const came = doc => {
    told = doc
    const p = $('.came'), text = doc && doc.line ? doc.line[lang] : ''
    if (p.lastElementChild.textContent === text) return
    p.lastElementChild.textContent = text
    p.hidden = !text
    p.classList.remove('new')
    requestAnimationFrame(() => p.classList.add('new'))
  }
  const listen = () => {
    const source = new EventSource(base + '/came/' + encodeURIComponent(context.touchpoint))
    source.addEventListener('came', e => came(JSON.parse(e.data)))
    source.onerror = () => { if (source.readyState === 2) setTimeout(listen, 3e4) }
  }

  // ---- staff: hold the mark, type the PIN
  const show = (lines, ...more) => {
    staff.replaceChildren(...lines.map((t, n) => Object.assign(document.createElement(n ? 'p' : 'h1'), { textContent: t })), ...more)
    staff.hidden = false
  }
  const pin = () => {
    if (!device) return
    const typed = document.createElement('output'), pad = document.createElement('div'), w = words[lang]
    let got = ''
    pad.className = 'pad'
    const close = setTimeout(() => { staff.hidden = true }, 2e4)
    for (const k of ['1', '2', '3', '4', '5', '6', '7', '8', '9', '⌫', '0']) {
      const b = button(k, '', () => {
        got = k === '⌫' ? got.slice(0, -1) : got + k
        typed.textContent = '•'.repeat(got.length)
        if (got.length < 6) return
        if (got !== device.pin) { got = typed.textContent = ''; return }
        clearTimeout(close)
        const n = waiting()
        show([device.name, n ? '' + n : w.kiosk_sent], button(w.kiosk_back, 'pill', () => { staff.hidden = true }), button(w.kiosk_leave, 'main', () => {
          attempt(() => localStorage.removeItem(KIOSK))
          location.replace(location.pathname)
        }))
      })
      if (k === '⌫') b.setAttribute('aria-label', w.kiosk_erase)
      pad.append(b)
    }
    show([w.kiosk_pin], typed, pad, button(w.kiosk_back, 'pill', () => { staff.hidden = true }))
  }
  let held
  $('.logo').addEventListener('pointerdown', () => { held = setTimeout(pin, 2e3) })
  for (const e of ['pointerup', 'pointerleave', 'pointercancel']) $('.logo').addEventListener(e, () => clearTimeout(held))

  // ---- set-up: the token behind the # goes into the device and out of sight
  const begin = async () => {
    const token = location.hash.slice(1)
    if (token) {
      history.replaceState(null, '', location.pathname + '?kiosk')
      device = { token }
    }
    if (device) settle()
    deliver()
    listen()
    line.tick(true)
    speak(first)
    if (!token) return beat()
    if (!await beat()) return device && show([words[lang].kiosk_connect])
    show([words[lang].kiosk_ready.replace('{name}', device.name)], button(words[lang].kiosk_start, 'main', () => { staff.hidden = true; full(); awake() }))
  }
  begin()
}
