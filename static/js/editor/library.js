// The dialog that chooses a picture from the library, or takes a new one into it.

import { crel } from "django-prose-editor/editor"

import { cancelButton, delayed, dialogButtons, dialogForm, openDialog } from "body-editor/dialog"

export const PICTURES = "image/jpeg,image/png,image/gif,image/webp,image/avif"

export const upload = async (file, server) => (await server.post("upload", { pictures: file })).picture

// Resolves to a picture as the server describes it, or to null.
export async function choosePicture(server, labels) {
  let chosen = null
  const search = crel("input", { type: "search", placeholder: labels.search_pictures, "aria-label": labels.search_pictures })
  const file = crel("input", { type: "file", accept: PICTURES, "aria-label": labels.upload_picture })
  const grid = crel("div", { className: "body-editor-pictures" })
  const more = crel("button", { type: "button", textContent: labels.more, hidden: true })
  const note = crel("p", { className: "body-editor-note", role: "status" })
  const form = dialogForm(labels.library, [
    crel("div", { className: "body-editor-picker-row" }, [
      search,
      crel("label", { className: "body-editor-upload" }, [crel("span", { textContent: labels.upload_picture }), file]),
    ]),
    note,
    grid,
    more,
    dialogButtons(cancelButton(labels)),
  ])

  const take = (picture) => {
    chosen = picture
    form.closest("dialog").close("ok")
  }
  const card = (picture) => {
    const words = picture.alt || picture.caption || labels.no_alt_text
    const image = crel("img", { src: picture.thumbnail, alt: "", loading: "lazy" })
    const button = crel("button", { type: "button" }, [image, crel("span", { textContent: words })])
    button.addEventListener("click", () => take(picture))
    return button
  }

  // Answers come back in any order; only the newest question's counts.
  let question = 0
  const load = async (page = 1) => {
    const asked = (question += 1)
    try {
      const { pictures, next } = await server.get("pictures", { q: search.value, p: page })
      if (asked !== question) return
      if (page === 1) grid.replaceChildren()
      grid.append(...pictures.map(card))
      more.hidden = !next
      more.onclick = () => load(next)
      note.textContent = grid.children.length ? "" : labels.nothing_found
    } catch (error) {
      note.textContent = error.message
    }
  }

  search.addEventListener("input", delayed(() => load()))
  search.addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return
    event.preventDefault()
    load()
  })
  file.addEventListener("change", async () => {
    note.textContent = labels.uploading
    try {
      take(await upload(file.files[0], server))
    } catch (error) {
      note.textContent = error.message
      file.value = ""
    }
  })
  load()
  await openDialog(form, "body-editor-library")
  return chosen
}
