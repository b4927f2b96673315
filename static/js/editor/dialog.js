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

// Resolves to the values by name, or to null where the dialog was left.
export function ask(title, fields, labels) {
  const form = crel("form", { method: "dialog" }, [
    crel("h3", { className: "prose-editor-dialog-title", textContent: title }),
    ...fields.map(field),
    crel("div", { className: "prose-editor-dialog-buttons" }, [
      crel("button", { type: "submit", value: "ok", textContent: labels.ok }),
      crel("button", { type: "submit", value: "", formNoValidate: true, textContent: labels.cancel }),
    ]),
  ])
  const dialog = crel("dialog", { className: "prose-editor-dialog body-editor-dialog" }, [form])
  document.body.append(dialog)
  dialog.showModal()
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => {
      const inputs = [...form.querySelectorAll("input")]
      const values = inputs.map((input) => [
        input.name,
        input.type === "checkbox" ? input.checked : input.value.trim(),
      ])
      dialog.remove()
      resolve(dialog.returnValue === "ok" ? Object.fromEntries(values) : null)
    })
  })
}
