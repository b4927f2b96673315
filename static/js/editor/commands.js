// What the buttons and keys do, over the types of schema.js.

import { pm } from "django-prose-editor/editor"

import { ask } from "body-editor/dialog"
import { articleFinder } from "body-editor/links"
import { ELEMENTS, EVERYWHERE } from "body-editor/schema"
import { besideCell, newTable } from "body-editor/tables"

const { Selection, TextSelection } = pm.state
const { setBlockType, wrapIn, lift } = pm.commands

// The address without what only hides a scheme; the server decides about schemes.
const cleanAddress = (address) => {
  const text = address.trim()
  return /^[a-z0-9-]+(\.[a-z0-9-]+)+([/?#]|$)/i.test(text) ? `https://${text}` : text
}

const shared = (attrs) => Object.fromEntries(EVERYWHERE.map((name) => [name, attrs[name] ?? null]))

export function blockTag(state) {
  const tag = state.selection.$from.parent.type.name
  return tag === "line" ? "p" : tag
}

export const setBlock = (tag) => (state, dispatch) => {
  const { parent } = state.selection.$from
  const align = ELEMENTS[tag].attributes?.includes("class") ? { class: parent.attrs.class ?? null } : {}
  return setBlockType(state.schema.nodes[tag], { ...shared(parent.attrs), ...align })(state, dispatch)
}

export const toggleCodeBlock = (state, dispatch) => {
  if (blockTag(state) === "pre") return setBlock("p")(state, dispatch)
  const { schema } = state
  return setBlockType(schema.nodes.pre)(
    state,
    dispatch &&
      ((tr) => {
        const { $from, $to } = tr.selection
        tr.addMark($from.start(), $to.end(), schema.marks.code.create())
        dispatch(tr.addStoredMark(schema.marks.code.create()))
      }),
  )
}

export const isIn = (state, name) => {
  const { $from } = state.selection
  for (let depth = $from.depth; depth > 0; depth -= 1) if ($from.node(depth).type.name === name) return true
  return false
}

export const toggleQuote = (state, dispatch) =>
  isIn(state, "blockquote") ? lift(state, dispatch) : wrapIn(state.schema.nodes.blockquote)(state, dispatch)

// A list item holds its text without a paragraph, as lists from Markdown do.
export function toggleList(editor, tag) {
  const before = editor.state.doc
  editor.chain().focus().toggleList(tag, "li").run()
  if (editor.state.doc.eq(before)) return
  const { tr, selection, schema } = editor.state
  const { $from, $to } = selection
  tr.doc.nodesBetween($from.pos, $to.pos, (node, at, parent) => {
    const isPlain = node.type.name === "p" && Object.values(node.attrs).every((value) => value === null)
    if (isPlain && parent.type.name === "li" && parent.firstChild === node) tr.setNodeMarkup(at, schema.nodes.line, {})
  })
  if (tr.docChanged) editor.view.dispatch(tr)
}

// The blocks around the selection whose class says how they stand.
function aligned(state) {
  const found = []
  const { from, to } = state.selection
  state.doc.nodesBetween(from, to, (node, at, parent) => {
    if (node.isTextblock && ELEMENTS[node.type.name]?.attributes?.includes("class")) found.push({ node, at })
    // In a cell the line has no tag of its own: the cell is aligned.
    if (node.type.name === "line" && ["td", "th"].includes(parent.type.name)) {
      const cellAt = state.doc.resolve(at).before()
      if (!found.some((item) => item.at === cellAt)) found.push({ node: parent, at: cellAt })
    }
  })
  return found
}

export const isAligned = (state, side) => {
  const blocks = aligned(state)
  return blocks.length > 0 && blocks.every(({ node }) => node.attrs.class === `align-${side}`)
}

export const align = (side) => (state, dispatch) => {
  const blocks = aligned(state)
  if (!blocks.length) return false
  const value = isAligned(state, side) ? null : `align-${side}`
  const { tr } = state
  for (const { node, at } of blocks) tr.setNodeMarkup(at, null, { ...node.attrs, class: value })
  dispatch?.(tr)
  return true
}

// The stretch of text under the cursor that stands in one link.
function linkAround(state) {
  const { $from, empty, from, to } = state.selection
  const type = state.schema.marks.a
  if (!empty) {
    let mark = null
    state.doc.nodesBetween(from, to, (node) => {
      mark ??= type.isInSet(node.marks) || null
    })
    return { mark, from, to }
  }
  const at = $from.parent.childAfter($from.parentOffset).node || $from.nodeBefore
  const mark = (at && type.isInSet(at.marks)) || ($from.nodeBefore && type.isInSet($from.nodeBefore.marks)) || null
  if (!mark) return { mark: null, from, to }
  const start = $from.start()
  let [first, last] = [to, from]
  $from.parent.forEach((node, offset) => {
    if (!mark.isInSet(node.marks)) return
    first = Math.min(first, start + offset)
    last = Math.max(last, start + offset + node.nodeSize)
  })
  return { mark, from: first, to: last }
}

export const hasLink = (state) => Boolean(linkAround(state).mark)

export async function editLink(editor, context) {
  const { labels } = context
  const { mark, from, to } = linkAround(editor.state)
  let found = null
  const finder = (form) => {
    const fill = (article) => {
      found = article
      form.elements.href.value = article.address
      form.elements.href.focus()
    }
    return [articleFinder(context, fill)]
  }
  const values = await ask(
    labels.link,
    [
      { name: "href", label: labels.address, value: mark?.attrs.href || "", required: true },
      { name: "title", label: labels.link_title, value: mark?.attrs.title || "" },
    ],
    labels,
    finder,
  )
  editor.view.focus()
  if (!values) return
  const { tr, schema } = editor.state
  const href = cleanAddress(values.href)
  const link = schema.marks.a.create({ ...mark?.attrs, href, title: values.title || null })
  // Without selected words, an article that was found is named by its title.
  const words = href === found?.address ? found.title : href
  if (from === to) tr.insert(from, schema.text(words, [link]))
  else tr.removeMark(from, to, schema.marks.a).addMark(from, to, link)
  editor.view.dispatch(tr.removeStoredMark(schema.marks.a).scrollIntoView())
}

// Selected words become a link to an address that is pasted over them.
export function linkSelection(editor, href) {
  const { tr, schema, selection } = editor.state
  const { from, to } = selection
  tr.removeMark(from, to, schema.marks.a).addMark(from, to, schema.marks.a.create({ href }))
  editor.view.dispatch(tr.removeStoredMark(schema.marks.a))
}

// An empty paragraph: the place where a pasted address alone becomes a player.
export const isInEmptyParagraph = ({ selection }) =>
  selection.empty && selection.$from.parent.type.name === "p" && !selection.$from.parent.content.size

export const removeLink = (state, dispatch) => {
  const { mark, from, to } = linkAround(state)
  if (!mark) return false
  dispatch?.(state.tr.removeMark(from, to, state.schema.marks.a))
  return true
}

export async function editImage(editor, labels) {
  const { node } = editor.state.selection
  const old = node?.type.name === "img" ? node : null
  const fields = [
    { name: "src", label: labels.image_address, value: old?.attrs.src || "", required: true },
    { name: "alt", label: labels.alt_text, value: old?.attrs.alt || "" },
  ]
  if (!old) fields.push({ name: "caption", label: labels.caption })
  const values = await ask(labels.image, fields, labels)
  editor.view.focus()
  if (!values) return
  const { state } = editor
  const { tr, schema, selection } = state
  const { figure, figcaption, line, img } = schema.nodes
  const src = cleanAddress(values.src)
  if (old) {
    // The size belongs to the old file.
    const size = src === old.attrs.src ? {} : { width: null, height: null }
    tr.setNodeMarkup(selection.from, null, { ...old.attrs, ...size, src, alt: values.alt }, old.marks)
  } else {
    const image = img.create({ src, alt: values.alt })
    if (values.caption) {
      const parts = [line.create(null, image), figcaption.create(null, schema.text(values.caption))]
      insertBlock(tr, figure.create(null, parts))
    } else {
      tr.replaceSelectionWith(image)
    }
  }
  editor.view.dispatch(tr.scrollIntoView())
}

// Puts a block after the one the cursor stands in, or in place of an empty paragraph.
export function insertBlock(tr, block) {
  const { $from } = tr.selection
  for (let depth = $from.depth; depth > 0; depth -= 1) {
    const parent = $from.node(depth - 1)
    const index = $from.index(depth - 1)
    const isEmpty = depth === $from.depth && $from.parent.type.name === "p" && !$from.parent.content.size
    if (!parent.canReplaceWith(isEmpty ? index : index + 1, index + 1, block.type)) continue
    const [from, to] = isEmpty ? [$from.before(depth), $from.after(depth)] : [$from.after(depth), $from.after(depth)]
    tr.replaceWith(from, to, block)
    tr.setSelection(Selection.near(tr.doc.resolve(from + 1)))
    return tr
  }
  return tr.replaceSelectionWith(block)
}

export async function insertTable(editor, labels) {
  const values = await ask(
    labels.table,
    [
      { name: "rows", label: labels.rows, type: "number", value: 3, min: 1, max: 100, required: true },
      { name: "columns", label: labels.columns, type: "number", value: 3, min: 1, max: 20, required: true },
      { name: "head", label: labels.header_row, type: "checkbox", value: true },
    ],
    labels,
  )
  editor.view.focus()
  if (!values) return
  const { tr, schema } = editor.state
  insertBlock(tr, newTable(schema, Number(values.rows), Number(values.columns), values.head))
  editor.view.dispatch(tr.scrollIntoView())
}

// A way out of a table, figure or code block at the end of the text: an empty paragraph after it.
export const paragraphAfter = (state, dispatch) => {
  const { $to } = state.selection
  const { tr, schema } = state
  const at = $to.depth ? $to.after(1) : state.doc.content.size
  tr.insert(at, schema.nodes.p.create())
  dispatch?.(tr.setSelection(TextSelection.create(tr.doc, at + 1)).scrollIntoView())
  return true
}

export const lineBreak = (state, dispatch) => {
  const { schema, selection } = state
  const isCode = selection.$from.parent.type.spec.code
  const tr = isCode ? state.tr.insertText("\n") : state.tr.replaceSelectionWith(schema.nodes.br.create())
  dispatch?.(tr.scrollIntoView())
  return true
}

export const toCell = (step) => (state, dispatch) => {
  const at = besideCell(state, step)
  if (at === null) return false
  dispatch?.(state.tr.setSelection(Selection.near(state.doc.resolve(at))).scrollIntoView())
  return true
}

// The first place in the text for the cursor. Without it the editor would select a rule or picture that stands first,
// and the first key would replace it.
export function firstTextPlace(doc) {
  return Selection.findFrom(doc.resolve(0), 1, true) || Selection.atStart(doc)
}
