// The order of a series: rows are dragged, or moved by buttons; the numbers follow. Without it the numbers are typed.

document.addEventListener("DOMContentLoaded", () => {
  for (const table of document.querySelectorAll(".order-table")) {
    const body = table.querySelector("tbody")
    const said = table.querySelector("[role=status]")
    if (!body.querySelector(".order-place")) continue
    const rows = () => [...body.rows]
    const number = () => {
      rows().forEach((row, index) => {
        const input = row.querySelector(".order-place input")
        if (input.value !== String(index + 1)) {
          input.value = index + 1
          input.dispatchEvent(new Event("change", { bubbles: true }))
        }
        row.querySelector(".order-up").disabled = index === 0
        row.querySelector(".order-down").disabled = index === body.rows.length - 1
      })
    }
    const tell = (row) => (said.textContent = `${table.dataset.moved}: ${rows().indexOf(row) + 1}`)
    const step = (row, way) => {
      const beside = way < 0 ? row.previousElementSibling : row.nextElementSibling
      if (!beside) return
      if (way < 0) beside.before(row)
      else beside.after(row)
      number()
      tell(row)
      const button = row.querySelector(way < 0 ? ".order-up" : ".order-down")
      const other = row.querySelector(way < 0 ? ".order-down" : ".order-up")
      ;(button.disabled ? other : button).focus()
    }
    const button = (row, name, sign, label, way) => {
      const made = document.createElement("button")
      made.type = "button"
      made.className = name
      made.textContent = sign
      made.setAttribute("aria-label", `${label}: ${row.querySelector("th").textContent.trim()}`)
      made.title = label
      made.addEventListener("click", () => step(row, way))
      return made
    }
    let dragged = null
    for (const row of rows()) {
      const cell = row.querySelector(".order-place")
      const handle = document.createElement("span")
      handle.className = "order-handle"
      handle.textContent = "⠿"
      handle.setAttribute("aria-hidden", "true")
      handle.draggable = true
      handle.addEventListener("dragstart", (event) => {
        dragged = row
        row.classList.add("dragged")
        event.dataTransfer.effectAllowed = "move"
        event.dataTransfer.setData("text/plain", row.querySelector("th").textContent.trim())
        event.dataTransfer.setDragImage(row, 0, 0)
      })
      handle.addEventListener("dragend", () => {
        row.classList.remove("dragged")
        dragged = null
        number()
        tell(row)
      })
      cell.prepend(handle)
      const { up, down } = table.dataset
      cell.append(button(row, "order-up", "↑", up, -1), button(row, "order-down", "↓", down, 1))
      row.querySelector(".order-place input").addEventListener("change", (event) => {
        if (!event.isTrusted) return
        // The typed number is where it goes, as the server would put it.
        const place = Math.min(Math.max(Number(event.target.value) || 1, 1), body.rows.length) - 1
        const others = rows().filter((other) => other !== row)
        if (place >= others.length) body.append(row)
        else others[place].before(row)
        number()
        tell(row)
      })
    }
    body.addEventListener("dragover", (event) => {
      if (!dragged) return
      event.preventDefault()
      const over = event.target.closest("tr")
      if (!over || over === dragged) return
      const middle = over.getBoundingClientRect().top + over.offsetHeight / 2
      if (event.clientY < middle) over.before(dragged)
      else over.after(dragged)
    })
    body.addEventListener("drop", (event) => event.preventDefault())
    number()
  }
})
