// Chooses the lead image of an article from the library, with the pictures before one's eyes. Without it the field
// offers the pictures by their words.

import { Server } from "body-editor/server"
import { choosePicture } from "body-editor/library"

const select = document.getElementById("id_hero_image")
const body = document.querySelector("textarea[data-body-editor]")

if (select && body && !select.disabled) {
  const { labels, urls } = JSON.parse(body.dataset.bodyEditor)
  const server = new Server(urls, labels)
  const button = document.createElement("button")
  button.type = "button"
  button.className = "button choose-lead"
  button.textContent = labels.choose_lead
  select.closest(".form-row").prepend(button)

  const show = (picture) => {
    const place = document.querySelector(".field-lead_picture .readonly")
    if (!place) return
    const image = document.createElement("img")
    Object.assign(image, { className: "preview", src: picture.thumbnail, alt: picture.alt })
    place.replaceChildren(image)
  }
  button.addEventListener("click", async () => {
    const picture = await choosePicture(server, labels)
    if (!picture) return
    const name = picture.alt || picture.caption || `${picture.id}`
    const $ = window.django?.jQuery
    select.append(new Option(name, picture.id, true, true))
    if ($) $(select).trigger("change")
    // The texts belong to the picture: those of the one before must not stay in the form.
    const texts = { hero_alt_text: picture.alt, hero_caption: picture.caption, hero_credit: picture.credit }
    for (const [field, text] of Object.entries(texts)) {
      const input = document.getElementById(`id_${field}`)
      if (input) input.value = text
    }
    select.dispatchEvent(new Event("change", { bubbles: true }))
    show(picture)
  })
}
