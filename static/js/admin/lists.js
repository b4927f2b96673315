// In narrow windows a row of a list is a card; this gives each value the heading of its column. Without it the cards
// stand without headings.

document.addEventListener("DOMContentLoaded", () => {
  const table = document.getElementById("result_list")
  if (!table || document.body.matches(".model-article, .model-image")) return
  const headings = [...table.querySelectorAll("thead th")].map((cell) => cell.textContent.trim())
  for (const row of table.querySelectorAll("tbody tr")) {
    const cells = [...row.children]
    const first = cells.findIndex((cell) => !cell.classList.contains("action-checkbox"))
    cells.forEach((cell, index) => {
      const isEmpty = !cell.textContent.trim() && !cell.querySelector("img, input")
      cell.classList.toggle("is-empty", isEmpty)
      if (index > first && headings[index] && !isEmpty) cell.dataset.label = headings[index]
    })
  }
})
