// From ProseMirror nodes to HTML.

import { ELEMENTS, attributesOf } from "body-editor/schema"
import { tagOfType, writtenAttributes } from "body-editor/extensions"

// A document that is not shown: images in it are not loaded.
const inert = document.implementation.createHTMLDocument("")

function create(tag, attributes) {
  const element = inert.createElement(tag)
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value)
  return element
}

const childrenOf = (node) => node.content.content
const isLine = (node) => node?.type.name === "line"

export function writeBlocks(nodes, parent) {
  const written = nodes.filter((node) => !isLine(node) || node.content.size)
  written.forEach((node, index) => {
    if (isLine(node)) {
      // Two lines in a row come from the Enter key: only paragraphs keep them apart.
      const beside = isLine(written[index - 1]) || isLine(written[index + 1])
      writeInline(childrenOf(node), beside ? parent.appendChild(create("p", {})) : parent)
    } else if (node.isInline) {
      writeInline([node], parent)
    } else if (node.type.name === "strays") {
      writeBlocks(childrenOf(node), parent)
    } else {
      parent.append(writeBlock(node))
    }
  })
  return parent
}

function writeBlock(node) {
  const tag = tagOfType(node.type)
  const element = create(tag, writtenAttributes(tag, node.attrs))
  if (!node.type.isTextblock) return writeBlocks(childrenOf(node), element)
  writeInline(childrenOf(node), element)
  // HTML drops the line break right after <pre>.
  if (ELEMENTS[tag].code && element.firstChild?.data?.startsWith("\n")) element.prepend("\n")
  return element
}

function writeLeaf(node) {
  if (node.isText) return inert.createTextNode(node.text)
  if (node.type.name !== "hollow") return create(node.type.name, writtenAttributes(node.type.name, node.attrs))
  const allowed = attributesOf(node.attrs.tag)
  return create(
    node.attrs.tag,
    Object.fromEntries(Object.entries(node.attrs.attributes).filter(([name]) => allowed.includes(name))),
  )
}

const keyOf = (mark) => mark.attrs.key ?? Number.POSITIVE_INFINITY

// ProseMirror nests marks in one fixed order. Here the mark that reaches furthest stands outside, and among equals the
// one that stood outside before, so that <em>a <a>b</a> c</em> stays one <em>.
export function writeInline(nodes, parent) {
  nest(
    nodes.map((node) => ({ node, marks: [...node.marks] })),
    parent,
  )
}

function nest(items, parent) {
  let index = 0
  while (index < items.length) {
    const { node, marks } = items[index]
    if (!marks.length) {
      parent.append(writeLeaf(node))
      index += 1
      continue
    }
    const reach = (mark) => {
      let end = index + 1
      while (end < items.length && items[end].marks.some((other) => other.eq(mark))) end += 1
      return end
    }
    const [{ mark, end }] = marks
      .map((candidate) => ({ mark: candidate, end: reach(candidate) }))
      .sort((a, b) => b.end - a.end || (keyOf(a.mark) === keyOf(b.mark) ? 0 : keyOf(a.mark) - keyOf(b.mark)))
    const element = create(mark.type.name, writtenAttributes(mark.type.name, mark.attrs))
    const inside = items.slice(index, end)
    nest(
      inside.map((item) => ({ node: item.node, marks: item.marks.filter((other) => !other.eq(mark)) })),
      element,
    )
    parent.append(element)
    index = end
  }
}

const htmlOf = (nodes) => {
  const box = inert.createElement("div")
  writeBlocks(nodes, box)
  return box.innerHTML
}

// The whole body. `sources` holds the HTML of blocks as they came and takes up what is written here: nodes never
// change, so a key press costs one block, not the article.
export function writeBody(doc, { sources = new WeakMap(), separator = "" } = {}) {
  const nodes = childrenOf(doc)
  if (nodes.length === 1 && nodes[0].isTextblock && !nodes[0].content.size) return ""
  const parts = []
  let lines = []
  const flush = () => {
    if (lines.length) parts.push({ html: htmlOf(lines), after: separator })
    lines = []
  }
  for (const node of nodes) {
    if (isLine(node)) {
      lines.push(node)
      continue
    }
    flush()
    if (!sources.has(node)) sources.set(node, { html: htmlOf([node]), after: null })
    const { html, after } = sources.get(node)
    parts.push({ html, after: after ?? (node === nodes.at(-1) ? "" : separator) })
  }
  flush()
  return parts.map(({ html, after }) => html + after).join("")
}

// What ProseMirror asks for when something is copied or dragged.
export const clipboardSerializer = {
  serializeFragment(fragment) {
    const box = inert.createDocumentFragment()
    if (fragment.firstChild?.isInline) writeInline(fragment.content, box)
    else writeBlocks(fragment.content, box)
    return box
  },
}
