// What the later scripts put on the page: an element with what it has and what is
// in it, and an icon of one path.
const make = (tag, more, ...inside) => {
  const e = document.createElement(tag)
  for (const k in more) k in e ? e[k] = more[k] : e.setAttribute(k, more[k])
  e.append(...inside)
  return e
}
const icon = (d, size = 24) => {
  const s = document.createElementNS('http://www.w3.org/2000/svg', 'svg'), p = document.createElementNS(s.namespaceURI, 'path')
  s.setAttribute('viewBox', '0 0 ' + size + ' ' + size)
  s.setAttribute('aria-hidden', 'true')
  p.setAttribute('d', d)
  s.append(p)
  return s
}
