// Pictures and players as figures.

import { crel } from "django-prose-editor/editor"

import { ask, tell } from "body-editor/dialog"
import { insertBlock } from "body-editor/commands"
import { choosePicture, upload } from "body-editor/library"

// Whose picture it is, as the server writes it: a credit that says so itself stays as it is.
const creditLine = (credit, labels) =>
  !credit || /[：:]/.test(credit) ? credit : labels.picture_credit.replace("%(credit)s", credit)

export function figureOf(schema, picture, { alt, caption, credit }, labels) {
  const { figure, figcaption, line, img } = schema.nodes
  const { src, width, height } = picture
  const image = img.create({ src, alt, width: String(width), height: String(height) })
  const words = [caption, creditLine(credit, labels)].filter(Boolean).join(" ")
  const below = words ? [figcaption.create(null, schema.text(words))] : []
  return figure.create(null, [line.create(null, image), ...below])
}

export function embedOf(schema, { address, host }, title = "") {
  const { figure, line } = schema.nodes
  const link = schema.marks.a.create({ href: address })
  return figure.create({ class: "embed" }, line.create(null, schema.text(title || host, [link])))
}

const insert = (editor, block) => editor.view.dispatch(insertBlock(editor.state.tr, block).scrollIntoView())

async function describe(editor, picture, { server, labels }) {
  const values = await ask(
    labels.image,
    [
      { name: "alt", label: labels.alt_text, value: picture.alt },
      { name: "caption", label: labels.caption, value: picture.caption },
      { name: "credit", label: labels.credit, value: picture.credit },
    ],
    labels,
    (form) => {
      const image = crel("img", { src: picture.thumbnail, alt: "", className: "body-editor-thumbnail" })
      form.querySelector("h3").after(image)
      return []
    },
  )
  if (!values) return
  insert(editor, figureOf(editor.schema, picture, values, labels))
  if (picture.alt || !values.alt) return
  // What was missing in the library is written there too. Who may not change it loses nothing: the text has it.
  const prefix = `image-${picture.id}`
  const texts = { alt_text: values.alt, caption: picture.caption || values.caption, credit: picture.credit || values.credit }
  const named = Object.entries(texts).map(([name, text]) => [`${prefix}-${name}`, text])
  server.post("describe", { image: picture.id, ...Object.fromEntries(named) }).catch(() => {})
}

export async function insertFromLibrary(editor, context) {
  const picture = await choosePicture(context.server, context.labels)
  editor.view.focus()
  if (!picture) return
  await describe(editor, picture, context)
  editor.view.focus()
}

// Files that were pasted or dropped: each goes into the library and into the text.
export async function insertFiles(editor, files, { server, labels, say }) {
  const refused = []
  for (const file of files) {
    say(labels.uploading)
    try {
      const picture = await upload(file, server)
      insert(editor, figureOf(editor.schema, picture, picture, labels))
    } catch (error) {
      refused.push(`${file.name}: ${error.message}`)
    }
  }
  say("")
  if (refused.length) await tell(labels.image, refused.join("\n"), labels)
}

// The address in what was pasted: itself, or that of a player's frame, as sites give it for other sites.
export const addressIn = (text) => {
  const plain = text.trim()
  const frame = /^<iframe\b[^>]*?\ssrc=["']([^"']+)["'][^>]*>(?:\s*<\/iframe>)?$/i.exec(plain)
  if (frame) return frame[1].replaceAll("&amp;", "&").replace(/^\/\//, "https://")
  return /^https?:\/\/\S+$/i.test(plain) ? plain : ""
}

// The name of a known host of players, or "". The server decides; this only keeps other addresses from being asked for.
export function hostName(address, hosts) {
  try {
    const { hostname } = new URL(address)
    const known = Object.keys(hosts).find((name) => hostname === name || hostname.endsWith(`.${name}`))
    return known ? hosts[known] : ""
  } catch {
    return ""
  }
}

export async function insertEmbed(editor, { server, labels }, address, title = "") {
  try {
    insert(editor, embedOf(editor.schema, await server.get("embed", { address }), title))
  } catch (error) {
    await tell(labels.embed, error.message, labels)
  }
  editor.view.focus()
}

export async function askForEmbed(editor, context) {
  const { labels } = context
  const values = await ask(
    labels.embed,
    [
      { name: "address", label: labels.embed_address, required: true },
      { name: "title", label: labels.link_title },
    ],
    labels,
  )
  editor.view.focus()
  if (values) await insertEmbed(editor, context, addressIn(values.address) || values.address, values.title)
}
