// Before a form is sent: looks whether the session still lives. If it has ended, the page says so and keeps what was
// ticked, chosen and typed; after signing in in another tab the same button works.

const { presence, signedOut, failed } = document.currentScript.dataset

async function token() {
  const response = await fetch(presence, { credentials: "same-origin", redirect: "manual" })
  if (response.type === "opaqueredirect" || response.status === 403) return null
  if (!response.ok) throw new Error(String(response.status))
  return (await response.json()).token
}

function say(form, text) {
  let line = form.querySelector(".session-word")
  if (!line) {
    line = document.createElement("p")
    line.className = "errornote session-word"
    line.setAttribute("role", "alert")
    form.prepend(line)
  }
  line.textContent = text
  line.scrollIntoView({ block: "nearest" })
}

for (const form of document.querySelectorAll("form[data-session-check], #changelist-form")) {
  let isSure = false
  form.addEventListener(
    "submit",
    async (event) => {
      if (isSure || event.defaultPrevented) return
      event.preventDefault()
      const { submitter } = event
      try {
        const fresh = await token()
        if (fresh === null) {
          say(form, signedOut)
          return
        }
        form.querySelector("[name=csrfmiddlewaretoken]").value = fresh
      } catch {
        say(form, failed)
        return
      }
      isSure = true
      form.requestSubmit(submitter)
      isSure = false
    },
  )
}
