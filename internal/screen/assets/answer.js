// The answer opened again: the same forms, delivered by the same line.
{
  const answer = document.querySelector('.answer'), receipt = answer.dataset.receipt
  let mine = line.items.find(i => i.receipt === receipt)
  forms(answer, () => mine = mine || line.adopt(receipt))
  shown = i => {
    if (i === mine && i.state === 'gone') location.replace(answer.dataset.gone)
    for (const sign of document.querySelectorAll('.sign')) sign.hidden = !line.items.some(o => line.unfinished(o) && o.tries)
  }
  line.tick()
}
