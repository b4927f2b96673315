// Counts words as Chinese editors do (字数), and as articles/text/plain.py counts the saved text.

const HAN = /[\u3005\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\u{20000}-\u{3ffff}]/gu
const WORD = /[\p{L}\p{N}]+(?:[-'’.][\p{L}\p{N}]+)*/gu
const UNREAD = new Set(["rt", "rp"])

export function countWords(text) {
  let characters = 0
  const others = text.replace(HAN, () => {
    characters += 1
    return " "
  })
  return characters + (others.match(WORD)?.length ?? 0)
}

// The text of a node as readers read it: a line for each block.
function textOf(node) {
  if (node.isText) return node.marks.some((mark) => UNREAD.has(mark.type.name)) ? "" : node.text
  if (node.isInline) return node.type.name === "br" ? "\n" : ""
  const parts = []
  node.forEach((child) => parts.push(textOf(child)))
  return node.isTextblock ? `${parts.join("")}\n` : parts.join("\n")
}

// Nodes never change, so a key press counts one block anew and not the article.
const counted = new WeakMap()
function countBlock(node) {
  if (!counted.has(node)) counted.set(node, countWords(textOf(node)))
  return counted.get(node)
}

export function countDocument(doc) {
  let total = 0
  doc.forEach((node) => (total += countBlock(node)))
  return total
}

export function countSelection({ doc, selection }) {
  if (selection.empty) return 0
  let total = ""
  selection.content().content.forEach((node) => (total += `${textOf(node)}\n`))
  return countWords(total)
}
