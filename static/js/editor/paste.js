// Makes what other programs put on the clipboard into plain structure: Word's lists, WeChat's late pictures, bold that
// is a style. The server's policy decides what may stay; this only keeps what was meant.

import { hostName } from "body-editor/figures"

// Styles are read, never applied: by another name the page's policy has nothing to say against them.
const STYLE = "data-style"
export const hideStyles = (html) =>
  html.replace(/<[a-z][^>]*>/gi, (tag) => tag.replace(/(\s)style(\s*=)/gi, `$1${STYLE}$2`))

const styleOf = (element) =>
  (element.getAttribute(STYLE) || element.getAttribute("style") || "").toLowerCase().replace(/\s+/g, "")
const rename = (element, tag) => {
  const other = element.ownerDocument.createElement(tag)
  other.append(...element.childNodes)
  element.replaceWith(other)
  return other
}
const unwrap = (element) => element.replaceWith(...element.childNodes)
const wrapInside = (element, tag) => {
  const mark = element.ownerDocument.createElement(tag)
  mark.append(...element.childNodes)
  element.append(mark)
}
const isHollow = (element) => !/[^\s\u00a0\u3000\u200b\ufeff]/.test(element.textContent)
const HOLDS = "img, iframe, hr, table, figure, a[href]"

// --- Word: a list is a row of paragraphs whose style names the list and the level.

const levelOf = (element) => {
  const found = /mso-list:l\d+level(\d)/.exec(styleOf(element))
  return found ? Number(found[1]) : 0
}
const NUMBER = /^[\s\u00a0]*[(（]?(?:\d+|[a-z]|[ivx]+|[一二三四五六七八九十]+)[.)、．）]/i

function takeMarker(paragraph) {
  const ignored = [...paragraph.querySelectorAll("span")].filter((span) => /mso-list:ignore/.test(styleOf(span)))
  const text = ignored.map((span) => span.textContent).join("")
  for (const span of ignored) span.remove()
  return NUMBER.test(text) ? "ol" : "ul"
}

function buildLists(root) {
  for (const first of [...root.querySelectorAll("p, h1, h2, h3, h4, h5, h6")]) {
    if (!levelOf(first) || !root.contains(first)) continue
    const items = []
    for (let next = first; next && levelOf(next); next = next.nextElementSibling) items.push(next)
    const stack = []
    const place = first.ownerDocument.createElement("div")
    first.before(place)
    for (const item of items) {
      const level = Math.min(levelOf(item), stack.length + 1)
      const tag = takeMarker(item)
      stack.length = Math.min(stack.length, level)
      // A list of the other kind at the same level is a new list.
      if (stack.length === level && stack.at(-1).localName !== tag) stack.length -= 1
      if (stack.length < level) {
        const list = first.ownerDocument.createElement(tag)
        const parent = stack.at(-1)
        if (parent) parent.lastElementChild.append(list)
        else place.append(list)
        stack.push(list)
      }
      const entry = first.ownerDocument.createElement("li")
      entry.append(...item.childNodes)
      stack.at(-1).append(entry)
      item.remove()
    }
    unwrap(place)
  }
}

// --- what every source needs

const ALIGNED = "p, h1, h2, h3, h4, h5, h6, td, th, figcaption"

function sideOf(element, root) {
  for (let at = element; at && at !== root; at = at.parentElement) {
    const side = /text-align:(center|right|left|justify|start|end)/.exec(styleOf(at))?.[1] || at.getAttribute("align")
    if (side) return side.toLowerCase()
  }
  return ""
}

function keepAlignment(root) {
  const sides = [...root.querySelectorAll(ALIGNED)].map((element) => [element, sideOf(element, root)])
  for (const [element, side] of sides) {
    if (side === "center" || side === "right") element.className = `align-${side}`
    else element.removeAttribute("class")
  }
  for (const element of root.querySelectorAll("[class]")) {
    const isKept =
      element.matches(".align-center, .align-right, figure.embed") || /^language-[a-z0-9+#_-]+$/.test(element.className)
    if (!isKept) element.removeAttribute("class")
  }
}

// Bold and the like as a style of a span become marks; the span itself says nothing.
function readStyles(root) {
  for (const element of [...root.querySelectorAll("b, strong")]) {
    if (/font-weight:(normal|400)/.test(styleOf(element))) unwrap(element)
  }
  for (const element of [...root.querySelectorAll("span, font")]) {
    const style = styleOf(element)
    const inHeading = element.closest("h1, h2, h3, h4, h5, h6")
    if (!isHollow(element)) {
      if (/font-weight:(bold|bolder|[6-9]00)/.test(style) && !inHeading) wrapInside(element, "strong")
      if (/font-style:italic/.test(style)) wrapInside(element, "em")
      if (/text-decoration[^;]*line-through/.test(style)) wrapInside(element, "s")
      if (/vertical-align:super/.test(style)) wrapInside(element, "sup")
      if (/vertical-align:sub/.test(style)) wrapInside(element, "sub")
    }
    unwrap(element)
  }
}

// Returns how many pictures cannot come along: they are files on somebody's computer.
function readPictures(root) {
  let left = 0
  for (const image of [...root.querySelectorAll("img")]) {
    const source = image.getAttribute("data-src") || image.getAttribute("data-original") || image.getAttribute("src") || ""
    const address = source.replace(/^\/\//, "https://").replace(/^http:/i, "https:")
    if (/^https:\/\//i.test(address) || address.startsWith("/")) {
      image.setAttribute("src", address)
      if (image.alt === "图片") image.alt = ""
      for (const name of ["width", "height"]) {
        if (!/^[1-9]\d{0,4}$/.test(image.getAttribute(name) || "1")) image.removeAttribute(name)
      }
    } else {
      left += 1
      image.remove()
    }
  }
  return left
}

function readFrames(root, hosts) {
  for (const frame of [...root.querySelectorAll("iframe")]) {
    const source = (frame.getAttribute("data-src") || frame.getAttribute("src") || "").replace(/^\/\//, "https://")
    const host = hostName(source, hosts)
    if (!host) {
      frame.remove()
      continue
    }
    const figure = frame.ownerDocument.createElement("figure")
    figure.className = "embed"
    const link = frame.ownerDocument.createElement("a")
    link.setAttribute("href", source)
    link.textContent = host
    figure.append(link)
    frame.replaceWith(figure)
  }
}

function readLinks(root) {
  for (const link of [...root.querySelectorAll("a")]) {
    // Word's bookmarks and marks of notes lead nowhere outside of it.
    if (!/^(https?:|mailto:|tel:|\/(?!\/))/i.test(link.getAttribute("href") || "")) unwrap(link)
  }
}

// Word breaks its lines anywhere; beside Chinese that is no blank.
const CHINESE = "\\u3001-\\u303f\\u3400-\\u9fff\\uff00-\\uffef"
const BREAK_AFTER = new RegExp(`([${CHINESE}])[ \\t]*\\r?\\n\\s*`, "g")
const BREAK_BEFORE = new RegExp(`[ \\t]*\\r?\\n\\s*(?=[${CHINESE}])`, "g")

function tidyText(root) {
  const walker = root.ownerDocument.createTreeWalker(root, NodeFilter.SHOW_TEXT)
  const texts = []
  while (walker.nextNode()) texts.push(walker.currentNode)
  for (const text of texts) {
    if (text.parentElement?.closest("pre")) continue
    text.data = text.data.replace(/\u00a0/g, " ").replace(/[\u200b\ufeff]/g, "").replace(BREAK_AFTER, "$1").replace(BREAK_BEFORE, "")
  }
  // The site indents paragraphs itself.
  for (const block of root.querySelectorAll("p")) {
    const first = root.ownerDocument.createTreeWalker(block, NodeFilter.SHOW_TEXT).nextNode()
    if (first) first.data = first.data.replace(/^[ \u3000]+/, "")
  }
}

function dropHollow(root) {
  for (const element of [...root.querySelectorAll("p, h1, h2, h3, h4, h5, h6, li, section, div")]) {
    if (isHollow(element) && !element.querySelector(HOLDS)) element.remove()
  }
  // The only paragraph of a cell is the cell's own text.
  for (const cell of root.querySelectorAll("td, th")) {
    if (cell.children.length === 1 && cell.firstElementChild.localName === "p") unwrap(cell.firstElementChild)
  }
}

// Tidies pasted nodes in place; returns how many pictures were left out.
export function tidyPasted(root, hosts) {
  // Our own text, copied in this editor, is in order.
  if (root.querySelector("[data-pm-slice]")) return 0
  for (const element of [...root.querySelectorAll("*")]) {
    if (/^(style|script|meta|link|title|xml|mp-.+|mpvoice|qqmusic)$/.test(element.localName)) element.remove()
    else if (element.localName.includes(":")) unwrap(element)
  }
  buildLists(root)
  keepAlignment(root)
  readStyles(root)
  const left = readPictures(root)
  readFrames(root, hosts)
  readLinks(root)
  tidyText(root)
  dropHollow(root)
  return left
}
