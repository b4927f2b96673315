// From HTML to ProseMirror nodes. ProseMirror's own parser drops what does not fit; this one takes the loose type.

import { pm } from "django-prose-editor/editor"

import { looseType } from "body-editor/extensions"
import { BOXES, ELEMENTS, UNSPOKEN, attributesOf, isBlockKind, kindOf, tagOf } from "body-editor/schema"

const { Fragment, Slice } = pm.model

// U+3000 and the no-break space are characters of the text; only these are layout.
const BLANKS = /[ \t\r\n\f]+/g
const isBlank = (text) => !/[^ \t\r\n\f]/.test(text)

const isBlockElement = (element) => isBlockKind(kindOf(tagOf(element))) || BOXES.has(element.localName)
const hasBlock = (element) => [...element.getElementsByTagName("*")].some(isBlockElement)
const isUnspoken = (element) => UNSPOKEN.has(element.localName)

let lastKey = 0

export class Reader {
  constructor(schema, { pasted = false } = {}) {
    this.schema = schema
    this.pasted = pasted
  }

  // The blocks of everything in `parent`; loose running text becomes lines.
  blocks(parent) {
    const blocks = []
    let run = []
    const flush = () => {
      blocks.push(...this.line(run))
      run = []
    }
    for (const child of parent.childNodes) {
      if (child.nodeType === Node.TEXT_NODE) {
        run.push(child)
      } else if (child.nodeType === Node.ELEMENT_NODE && !isUnspoken(child)) {
        if (isBlockElement(child) || hasBlock(child)) {
          flush()
          blocks.push(...this.block(child))
        } else {
          run.push(child)
        }
      }
    }
    flush()
    return blocks
  }

  line(run) {
    if (run.every((node) => node.nodeType === Node.TEXT_NODE && isBlank(node.data))) return []
    const content = tidyBlanks(this.inline(run, []), this.schema)
    return content.length ? [this.schema.nodes.line.create(null, content)] : []
  }

  block(element) {
    const tag = tagOf(element)
    const kind = kindOf(tag)
    const { schema } = this
    // A box of another editor, or a pasted <b> around a whole page: only what is inside counts.
    if (!kind || kind === "leaf" || (kind === "mark" && this.pasted)) return this.blocks(element)
    const attrs = attributesFrom(element, tag)
    if (kind === "rule") return [schema.nodes[tag].create(attrs)]
    if (kind === "text" && !hasBlock(element)) {
      const { code } = ELEMENTS[tag]
      const content = this.inline(element.childNodes, [], code)
      return [schema.nodes[tag].create(attrs, code ? content : tidyBlanks(content, schema))]
    }
    let children = this.blocks(element)
    const tidy = schema.nodes[tag]
    if (tidy && !children.length && tidy.contentMatch.matchType(schema.nodes.line)) {
      children = [schema.nodes.line.create()]
    }
    const content = Fragment.from(children)
    return [(tidy?.validContent(content) ? tidy : looseType(schema, tag)).create(attrs, content)]
  }

  inline(nodes, marks, code = false) {
    const { schema } = this
    const result = []
    for (const node of nodes) {
      if (node.nodeType === Node.TEXT_NODE) {
        const text = code ? node.data : node.data.replace(BLANKS, " ")
        if (text) result.push(schema.text(text, marks))
      } else if (node.nodeType === Node.ELEMENT_NODE && !isUnspoken(node)) {
        const tag = tagOf(node)
        const kind = kindOf(tag)
        if (kind === "leaf") {
          result.push(schema.nodes[tag].create(attributesFrom(node, tag), null, marks))
        } else if (kind === "mark") {
          const attrs = attributesFrom(node, tag)
          const mark = schema.marks[tag].create({ ...attrs, key: ++lastKey })
          const inside = this.inline(node.childNodes, mark.addToSet(marks), code)
          const hollow = () => schema.nodes.hollow.create({ tag, attributes: attrs }, null, marks)
          result.push(...(inside.length || this.pasted ? inside : [hollow()]))
        } else {
          result.push(...this.inline(node.childNodes, marks, code))
        }
      }
    }
    return result
  }
}

function attributesFrom(element, tag) {
  const names = attributesOf(tag).filter((name) => element.hasAttribute(name))
  return Object.fromEntries(names.map((name) => [name, element.getAttribute(name)]))
}

// Blanks at the ends of a block and after another blank are not seen by readers; in the editor they would be.
function tidyBlanks(nodes, schema) {
  const result = []
  let atBlank = true
  nodes.forEach((node, index) => {
    if (!node.isText) {
      atBlank = node.type.name === "br"
      result.push(node)
      return
    }
    let text = node.text
    if (atBlank) text = text.replace(/^ /, "")
    if (index === nodes.length - 1) text = text.replace(/ $/, "")
    // A mark around one blank would go with it.
    if (!text && node.marks.length) text = " "
    if (!text) return
    atBlank = text.endsWith(" ")
    result.push(schema.text(text, node.marks))
  })
  return result
}

const inertBody = (html) => {
  // In a template nothing is loaded and no script runs.
  const template = document.createElement("template")
  template.innerHTML = html
  return template.content
}

// Reads a body. `sources` remembers the HTML of each block and the layout after it, so that a block nobody touched is
// saved as it came.
export function readBody(html, schema, sources = new WeakMap()) {
  const reader = new Reader(schema)
  const root = inertBody(html)
  const blocks = []
  const isLineBreak = (node) => node.nodeType === Node.TEXT_NODE && isBlank(node.data) && node.data.includes("\n")
  const separator = [...root.childNodes].some(isLineBreak) ? "\n" : ""
  let run = document.createElement("div")
  const flush = () => {
    const before = sources.get(blocks.at(-1))
    if (before && !run.children.length && isBlank(run.textContent)) before.after = run.textContent
    blocks.push(...reader.blocks(run))
    run = document.createElement("div")
  }
  for (const child of [...root.childNodes]) {
    if (child.nodeType === Node.ELEMENT_NODE && (isBlockElement(child) || hasBlock(child))) {
      flush()
      const read = reader.block(child)
      if (read.length === 1 && kindOf(tagOf(child))) sources.set(read[0], { html: child.outerHTML, after: "" })
      blocks.push(...read)
    } else {
      run.append(child)
    }
  }
  flush()
  return { doc: documentOf(blocks, schema), sources, separator }
}

function documentOf(blocks, schema) {
  const type = schema.topNodeType
  const fitting = blocks.map((node) =>
    type.contentMatch.matchType(node.type) ? node : schema.nodes.strays.create(null, node),
  )
  return type.create(null, fitting.length ? fitting : [schema.nodes.p.create()])
}

// What ProseMirror asks for when something is pasted or dropped.
export const clipboardParser = (schema, tidy) => ({
  parseSlice(dom) {
    tidy(dom)
    const blocks = new Reader(schema, { pasted: true }).blocks(dom)
    return Slice.maxOpen(Fragment.from(blocks))
  },
})
