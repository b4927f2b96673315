// A small form over the page. It stands outside of the admin's own form, so Enter in it never saves the article.

import { crel } from "django-prose-editor/editor"

let count = 0

function field({ name, label, value = "", type = "text", required = false, min, max }) {
  const id = `body-editor-dialog-${(count += 1)}`
  const input = crel("input", { id, name, type, required, autocomplete: "off" })
  if (type === "checkbox") input.checked = Boolean(value)
  else input.value = value
  if (min !== undefined) input.min = min
  if (max !== undefined) input.max = max
  const caption = crel("label", { htmlFor: id, textContent: label })
  const parts = type === "checkbox" ? [input, caption] : [caption, input]
  return crel("div", { className: "prose-editor-dialog-field" }, parts)
}

// Opens a dialog with this content; resolves when it was left, to its return value.
export function openDialog(form, className = "") {
  const dialog = crel("dialog", { className: `prose-editor-dialog body-editor-dialog ${className}`.trim() }, [form])
  document.body.append(dialog)
  dialog.showModal()
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => {
      dialog.remove()
      resolve(dialog.returnValue)
    })
  })
}

export const dialogForm = (title, parts) =>
  crel("form", { method: "dialog" }, [crel("h3", { className: "prose-editor-dialog-title", textContent: title }), ...parts])

export const dialogButtons = (...buttons) => crel("div", { className: "prose-editor-dialog-buttons" }, buttons)

export const cancelButton = (labels, word = labels.cancel) =>
  crel("button", { type: "submit", value: "", formNoValidate: true, textContent: word })

// Resolves to the values by name, or to null where the dialog was left. `extra` makes further content of the form.
export async function ask(title, fields, labels, extra = () => []) {
  const form = dialogForm(title, fields.map(field))
  form.append(
    ...extra(form),
    dialogButtons(crel("button", { type: "submit", value: "ok", textContent: labels.ok }), cancelButton(labels)),
  )
  if ((await openDialog(form)) !== "ok") return null
  const inputs = [...form.querySelectorAll("input[name]")]
  const values = inputs.map((input) => [input.name, input.type === "checkbox" ? input.checked : input.value.trim()])
  return Object.fromEntries(values)
}

// Shows a few words that must be read.
export const tell = (title, text, labels) =>
  openDialog(dialogForm(title, [crel("p", { textContent: text }), dialogButtons(cancelButton(labels, labels.ok))]))

// Runs `task` a moment after the last call.
export function delayed(task, milliseconds = 250) {
  let timer = 0
  return (...values) => {
    clearTimeout(timer)
    timer = setTimeout(() => task(...values), milliseconds)
  }
}
