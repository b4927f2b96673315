// While an article is written: keeps what is typed every few seconds, tells who else is there, and looks before a save
// whether the session still lives. Without it the form saves as well.

document.addEventListener("DOMContentLoaded", () => {
  const state = document.getElementById("desk-state")
  const form = document.querySelector("#content-main > form")
  if (!state || !form) return
  const settings = JSON.parse(state.dataset.desk)
  const { texts } = settings
  const token = form.querySelector("[name=csrfmiddlewaretoken]")
  const keptLine = document.getElementById("desk-kept")
  let isTyped = false
  let sending = null
  let isLeaving = false

  const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_all, name) => values[name] ?? "")
  const say = (text, isAlarm = false) => {
    keptLine.textContent = text
    keptLine.classList.toggle("alarm", isAlarm)
  }

  // An answer that leads to the sign-in page is none.
  const ask = async (address, options = {}) => {
    const response = await fetch(address, { credentials: "same-origin", redirect: "manual", ...options })
    if (response.type === "opaqueredirect" || response.status === 403) return { isSignedOut: true }
    if (!response.ok) throw new Error(String(response.status))
    return response.status === 204 ? {} : response.json()
  }
  const post = (address, body = new FormData()) => {
    body.set("csrfmiddlewaretoken", token.value)
    return ask(address, { method: "POST", body })
  }

  // --- what is typed

  const typed = () => {
    const data = new FormData(form)
    for (const [name, value] of [...data]) if (value instanceof File) data.delete(name)
    return data
  }
  const keep = () => {
    if (!isTyped || sending || isLeaving) return
    isTyped = false
    sending = send().finally(() => (sending = null))
  }
  const send = async () => {
    try {
      const answer = await post(settings.autosave, typed())
      if (answer.isSignedOut) {
        isTyped = true
        say(texts.signedOut, true)
      } else say(fill(texts.kept, { time: answer.time }))
    } catch {
      isTyped = true
      say(texts.failed, true)
    }
  }
  const mark = (event) => {
    // The editor tells of its start too; only a body that differs from the stored one was typed in.
    const isBody = event.target.hasAttribute?.("data-body-editor") && event.target.value !== event.target.defaultValue
    if (event.isTrusted || isBody) isTyped = true
  }
  setTimeout(() => {
    form.addEventListener("input", mark)
    form.addEventListener("change", mark)
    if (window.django?.jQuery) window.django.jQuery(form).on("select2:select select2:unselect", () => (isTyped = true))
  }, 500)
  setInterval(keep, 4000)
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "hidden") keep()
  })

  // --- who else is there

  const line = document.getElementById("desk-room")
  let version = form.querySelector("[name=row_version]")?.value
  const show = (room) => {
    if (room.isSignedOut) return
    token.value = room.token
    line.replaceChildren()
    const writer = room.others.find((other) => other.writes)
    for (const other of room.others) {
      const part = document.createElement("p")
      part.textContent = fill(other.writes && !room.mine ? texts.writes : texts.reads, other)
      if (other === writer && !room.mine) {
        const button = document.createElement("button")
        button.type = "button"
        button.className = "button quiet"
        button.textContent = texts.takeOver
        button.addEventListener("click", async () => show(await post(settings.takeover)))
        part.append(" ", button)
      }
      line.append(part)
    }
    if (version && String(room.version) !== version && !document.querySelector(".collision")) {
      const part = document.createElement("p")
      part.textContent = texts.newer
      line.append(part)
    }
    line.hidden = line.childElementCount === 0
    for (const button of document.querySelectorAll(".submit-row input, .submit-row button"))
      if (button.formTarget !== "_blank") button.disabled = Boolean(writer) && !room.mine
  }
  const beat = async () => {
    try {
      if (settings.number && !isLeaving) show(await post(settings.presence))
    } catch {
      // The next beat tries again; what is typed has its own alarm.
    }
  }
  beat()
  setInterval(beat, 15000)
  addEventListener("pageshow", () => (isLeaving = false))
  addEventListener("pagehide", () => {
    if (!settings.number) return
    const body = new FormData()
    body.set("csrfmiddlewaretoken", token.value)
    navigator.sendBeacon(settings.leave, body)
  })

  // --- before a save

  let isSure = false
  form.addEventListener(
    "submit",
    async (event) => {
      if (isSure || event.submitter?.formTarget === "_blank") return
      event.preventDefault()
      event.stopImmediatePropagation()
      if (isLeaving) return // a second click: it is on its way
      isLeaving = true
      const { submitter } = event
      // What is being kept must not arrive behind the save, or it would be offered as unsaved.
      await sending
      try {
        const answer = await ask(settings.presence)
        if (answer.isSignedOut) {
          isLeaving = false
          say(texts.signedOut, true)
          return
        }
        token.value = answer.token
      } catch {
        isLeaving = false
        say(texts.failed, true)
        return
      }
      isSure = true
      form.requestSubmit(submitter)
      isSure = false
      setTimeout(() => (isLeaving = false), 60000) // the browser's own stop button was pressed
    },
    true,
  )
})
