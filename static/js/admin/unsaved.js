// Asks before a page with unsaved changes is left.

document.addEventListener("DOMContentLoaded", () => {
  const form = document.querySelector("#content-main > form")
  if (!form || document.body.classList.contains("popup")) return
  // A form that came back with errors holds text that stands nowhere else.
  let isChanged = document.querySelector(".errornote") !== null
  const mark = (event) => {
    if (event.isTrusted || event.target.hasAttribute("data-body-editor")) isChanged = true
  }
  // The editor writes once while it starts; only what follows is a change.
  setTimeout(() => {
    form.addEventListener("input", mark)
    form.addEventListener("change", mark)
    if (window.django?.jQuery) window.django.jQuery(form).on("select2:select select2:unselect", () => (isChanged = true))
  }, 500)
  form.addEventListener("submit", (event) => {
    // A preview opens beside the form, which stays as unsaved as it was.
    if (event.submitter?.formTarget !== "_blank") isChanged = false
  })
  window.addEventListener("beforeunload", (event) => {
    if (isChanged) event.preventDefault()
  })
})
