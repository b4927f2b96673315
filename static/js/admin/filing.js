// Opens the small form of sections and tags below the row of an article. Without it the same link leads to a page.

const table = document.getElementById("result_list")
let open = null

function close() {
  if (!open) return
  open.row.remove()
  open.form.remove()
  open.link.setAttribute("aria-expanded", "false")
  open.link.focus()
  open = null
}

// The page of the form as it comes from the server; only its fields are taken.
async function fieldsOf(response) {
  const page = new DOMParser().parseFromString(await response.text(), "text/html")
  const fields = page.querySelector("[data-filing]")
  const token = page.querySelector("[name=csrfmiddlewaretoken]")
  if (!fields || !token) throw new Error(String(response.status))
  return { fields: document.importNode(fields, true), token: token.value }
}

function show({ fields, token }) {
  // The row stands inside the form of the list; its fields belong to a form of their own.
  for (const field of fields.querySelectorAll("input, select, textarea, button")) field.setAttribute("form", open.form.id)
  open.form.querySelector("[name=csrfmiddlewaretoken]").value = token
  open.cell.replaceChildren(fields)
  window.django.jQuery(fields).find(".admin-autocomplete").djangoAdminSelect2()
  fields.querySelector(".select2-selection")?.focus()
}

async function start(link) {
  close()
  const row = document.createElement("tr")
  row.className = "filing-row"
  const cell = document.createElement("td")
  cell.colSpan = link.closest("tr").children.length
  cell.setAttribute("role", "status")
  row.append(cell)
  link.closest("tr").after(row)
  const form = document.createElement("form")
  form.id = "filing-form"
  form.hidden = true
  const token = document.createElement("input")
  token.name = "csrfmiddlewaretoken"
  token.type = "hidden"
  form.append(token)
  document.body.append(form)
  open = { link, row, cell, form }
  link.setAttribute("aria-expanded", "true")
  form.addEventListener("submit", (event) => {
    event.preventDefault()
    save()
  })
  const response = await fetch(link.href, { credentials: "same-origin", redirect: "manual" })
  if (response.ok) show(await fieldsOf(response))
  else location.assign(link.href) // signed out, or not allowed: the page says so
}

async function save() {
  const { link, form, cell } = open
  for (const button of cell.querySelectorAll("button")) button.disabled = true
  try {
    const response = await fetch(link.href, {
      method: "POST",
      body: new FormData(form),
      headers: { Accept: "application/json" },
      credentials: "same-origin",
      redirect: "manual",
    })
    if (response.status === 422) return show(await fieldsOf(response))
    if (!response.ok) throw new Error(String(response.status))
    const answer = await response.json()
    link.closest("td").querySelector(".section-name").textContent = answer.section
    close()
  } catch {
    // What was chosen stays in the form; saving again is possible after signing in elsewhere.
    for (const button of cell.querySelectorAll("button")) button.disabled = false
    let word = cell.querySelector(".errornote")
    if (!word) {
      word = document.createElement("p")
      word.className = "errornote"
      cell.prepend(word)
    }
    word.textContent = link.dataset.failed
  }
}

table?.addEventListener("click", (event) => {
  const link = event.target.closest("a.refile")
  if (link && !event.ctrlKey && !event.metaKey && !event.shiftKey && event.button === 0) {
    event.preventDefault()
    if (open?.link === link) close()
    else start(link)
    return
  }
  if (event.target.closest("[data-close]")) {
    event.preventDefault()
    close()
  }
})
table?.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && open && !document.querySelector(".select2-container--open")) close()
})
