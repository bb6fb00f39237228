// The button for web sites. C is the brand's: u its address, w words by language,
// l its language, d and n colours by day and night, s sites that may frame it.
// It sets no cookie, keeps nothing, asks nobody, and leaves the page's own style
// alone. Without the right to frame the screen it stays the link it is.
(C => {
  const me = document.currentScript, D = me.dataset
  let plain = me.previousElementSibling
  if (!plain || !plain.matches('a[data-cx]')) plain = null
  const near = me.closest('[lang]') || document.documentElement
  const tag = (D.lang || near.lang || navigator.language || C.l).toLowerCase()
  const lang = [tag, tag.split('-')[0], C.l.toLowerCase()].find(l => C.w[l])
  const W = C.w[lang], label = D.label || plain && plain.textContent.trim() || W.s
  const url = new URL(plain ? plain.href : C.u + '/cx' + (D.touchpoint ? '/t/' + encodeURIComponent(D.touchpoint) : ''))
  url.searchParams.set('lang', lang)
  if (D.topic) url.searchParams.set('topic', D.topic)
  if (D.ref) url.searchParams.set('ref', D.ref == 'page' ? location.href.split('#')[0].slice(0, 200) : D.ref)
  const make = (name, more) => Object.assign(document.createElement(name), more)
  const vars = c => '--b:' + c[0] + ';--o:' + c[1] + ';--m:' + c[2]
  const host = make('span'), root = host.attachShadow({ mode: 'open' }), sheet = new CSSStyleSheet()
  sheet.replaceSync(':host{all:initial;display:inline-block;' + vars(C.d) + ';--p:#faf8f4;--i:#1c1b19}' +
    '@media(prefers-color-scheme:dark){:host{' + vars(C.n) + ';--p:#131311;--i:#f3f0e9}}' +
    ':host([corner]){position:fixed;inset-block-end:max(16px,env(safe-area-inset-bottom));inset-inline-end:16px;z-index:2147483000}' +
    '*{box-sizing:border-box;font:600 16px/1.3 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif}' +
    '.b{display:inline-flex;align-items:center;gap:10px;min-height:48px;padding:8px 20px;border-radius:24px;background:var(--b);color:var(--o);text-decoration:none;cursor:pointer;max-width:100%;transition:filter .15s}' +
    '.b:hover{filter:brightness(1.08)}.b:before{content:"";width:12px;height:12px;flex:none;border:3px solid;border-radius:50% 50% 50% 0}[dir=rtl].b:before{border-radius:50% 50% 0}' +
    ':focus-visible{outline:3px solid var(--m);outline-offset:3px}' +
    'dialog{position:fixed;inset:0;margin:auto;padding:0;border:0;border-radius:20px;width:min(100vw - 24px,440px);height:min(100dvh - 24px,760px);max-width:none;max-height:none;background:var(--p);color:var(--i);overflow:hidden;box-shadow:0 20px 70px rgb(0 0 0/.35)}' +
    'dialog[open]{display:flex;flex-direction:column;animation:u .2s}dialog::backdrop{background:rgb(0 0 0/.45)}@keyframes u{from{opacity:0;transform:translateY(12px)}}' +
    'header{display:flex;align-items:center;justify-content:space-between;padding:4px 8px}header *{min-width:48px;min-height:48px;display:grid;place-items:center;padding:0 8px;color:inherit;background:0 0;border:0;border-radius:12px;cursor:pointer;font-weight:500;font-size:14px}.x{font-size:26px}' +
    'iframe{flex:1;border:0;width:100%}@media(prefers-reduced-motion:reduce){*{animation:none!important;transition:none!important}}@media(forced-colors:active){.b{border:1px solid}}')
  root.adoptedStyleSheets = [sheet]
  const dir = getComputedStyle(near).direction
  const link = make('a', { className: 'b', href: url, target: '_blank', rel: 'noopener', textContent: label, lang, dir })
  root.append(link)
  if (D.at == 'corner') host.setAttribute('corner', '')
  if (plain) plain.hidden = true
  me.after(host)

  const may = C.s.includes(location.origin) || location.origin == url.origin
  let box, frame, blocked = !may
  const away = () => { blocked = true; if (box) box.close() }
  document.addEventListener('securitypolicyviolation', e => {
    if (/frame|child|default/.test(e.effectiveDirective) && e.blockedURI.startsWith(url.origin)) { away(); link.removeAttribute('aria-haspopup'); open(url, '_blank', 'noopener') }
  })
  if (may) link.setAttribute('aria-haspopup', 'dialog')
  link.onclick = e => {
    if (blocked || e.ctrlKey || e.metaKey || e.shiftKey || !window.HTMLDialogElement) return
    e.preventDefault()
    if (!box) {
      box = make('dialog', { lang, dir })
      box.setAttribute('aria-label', label)
      const top = make('header'), out = make('a', { href: url, target: '_blank', rel: 'noopener', textContent: W.o + ' ↗' })
      const close = make('button', { type: 'button', className: 'x', textContent: '×', onclick: () => box.close() })
      close.setAttribute('aria-label', W.c)
      frame = make('iframe', { src: url, title: label })
      top.append(out, close)
      box.append(top, frame)
      box.onclick = e => { if (e.target == box) box.close() }
      box.onclose = () => link.focus()
      root.append(box)
      addEventListener('message', e => { if (e.source == frame.contentWindow && e.data == 'cx-close') box.close() })
    }
    box.showModal()
    frame.focus()
  }
})
