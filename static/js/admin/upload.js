// Sends the chosen files one after the other and shows how far each is. Without this script the form sends them all at
// once, which works the same, without the progress.

const form = document.querySelector(".upload-form")
const input = form.querySelector("input[type=file]")
const list = form.querySelector(".upload-list")
const button = form.querySelector("[type=submit]")
const words = form.dataset

function row(file) {
  const item = document.createElement("li")
  const name = document.createElement("span")
  name.textContent = file.name
  const bar = document.createElement("progress")
  bar.max = 1
  bar.value = 0
  bar.setAttribute("aria-label", file.name)
  const state = document.createElement("span")
  state.className = "quiet"
  state.textContent = words.waiting
  item.append(name, bar, state)
  list.append(item)
  return {
    progress: (part) => (bar.value = part),
    tell: (text, kind) => {
      state.textContent = text
      item.dataset.kind = kind
      if (kind !== "sending") bar.remove()
    },
  }
}

// fetch() tells nothing of what was sent so far; XMLHttpRequest does.
const send = (file, texts, shown) =>
  new Promise((resolve) => {
    const data = new FormData()
    for (const [name, value] of texts) data.append(name, value)
    data.append("pictures", file)
    const request = new XMLHttpRequest()
    request.open("POST", words.upload)
    request.responseType = "json"
    request.upload.addEventListener("progress", (event) => shown.progress(event.loaded / event.total))
    request.addEventListener("loadend", () => {
      const answer = request.response
      if (answer?.picture) {
        shown.tell(answer.is_new ? words.stored : words.known, "stored")
        resolve(answer.is_new ? answer.picture.id : null)
      } else {
        shown.tell(answer?.error || words.failed, "failed")
        resolve(null)
      }
    })
    shown.tell(words.sending, "sending")
    request.send(data)
  })

async function sendAll(files) {
  button.disabled = true
  list.replaceChildren()
  const texts = [...new FormData(form)].filter(([, value]) => typeof value === "string")
  const rows = files.map((file) => [file, row(file)])
  const stored = []
  for (const [file, shown] of rows) {
    const id = await send(file, texts, shown)
    if (id) stored.push(id)
  }
  input.value = ""
  button.disabled = false
  if (!stored.length) return
  const address = `${words.describe}?ids=${stored.join(",")}`
  if (!list.querySelector("[data-kind=failed]")) {
    location.assign(address)
    return
  }
  const link = document.createElement("a")
  link.href = address
  link.textContent = words.next
  const item = document.createElement("li")
  item.append(link)
  list.append(item)
}

form.addEventListener("submit", (event) => {
  if (!input.files.length) return
  event.preventDefault()
  sendAll([...input.files])
})

// Files may be dropped anywhere on the form.
form.addEventListener("dragover", (event) => {
  if (![...event.dataTransfer.types].includes("Files")) return
  event.preventDefault()
  form.classList.add("is-over")
})
form.addEventListener("dragleave", (event) => {
  if (!form.contains(event.relatedTarget)) form.classList.remove("is-over")
})
form.addEventListener("drop", (event) => {
  event.preventDefault()
  form.classList.remove("is-over")
  const files = [...event.dataTransfer.files]
  if (files.length && !button.disabled) sendAll(files)
})
