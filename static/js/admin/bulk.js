// Works a bulk act off, step by step, while its page is open. Without it the button "Go on" does a step.

const place = document.querySelector("[data-bulk]")
const form = document.getElementById("bulk-form")
const bar = document.getElementById("bulk-progress")
const done = document.getElementById("bulk-done")
const word = document.getElementById("bulk-word")
const button = document.getElementById("bulk-continue")

const pause = (seconds) => new Promise((resolve) => setTimeout(resolve, 1000 * seconds))

async function workOff() {
  button.hidden = true
  for (;;) {
    let answer = null
    try {
      const response = await fetch(place.dataset.bulk, {
        method: "POST",
        body: new FormData(form),
        headers: { Accept: "application/json" },
        credentials: "same-origin",
        redirect: "manual",
      })
      if (response.type === "opaqueredirect" || response.status === 403) {
        word.textContent = place.dataset.signedOut
        return
      }
      if (response.ok) answer = await response.json()
    } catch {
      // No connection: the next round tries again.
    }
    if (answer === null) {
      word.textContent = place.dataset.lost
      await pause(4)
      continue
    }
    word.textContent = ""
    bar.max = answer.total
    bar.value = answer.done
    done.textContent = answer.done
    if (!answer.is_going) {
      location.reload()
      return
    }
  }
}

if (place.hasAttribute("data-auto")) workOff()
else
  form.addEventListener("submit", (event) => {
    if (event.submitter !== button) return
    event.preventDefault()
    workOff()
  })
