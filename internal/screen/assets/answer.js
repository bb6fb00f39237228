// The answer opened again: the same forms, delivered by the same line.
{
  const answer = document.querySelector('.answer'), receipt = answer.dataset.receipt
  mine = line.items.find(i => i.receipt === receipt)
  forms(answer, () => {
    settle()
    return mine = mine || line.items.find(i => i.receipt === receipt) || line.adopt(receipt)
  })
  const before = shown
  shown = i => {
    before(i)
    if (i === mine && i.state === 'gone') location.replace(answer.dataset.gone)
  }
  if (attempt(() => Object.keys(localStorage).some(k => k.startsWith(KEPT)))) settle()
}
