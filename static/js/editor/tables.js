// Rows and columns of a table with sections and merged cells. (prosemirror-tables knows neither <thead> nor <caption>.)

const isCell = (node) => node.type.name === "td" || node.type.name === "th"
const span = (cell, name) => Math.max(1, Number.parseInt(cell.attrs[name], 10) || 1)
const spanAttribute = (count) => (count > 1 ? String(count) : null)

// Where the selection stands: the table, and each of its cells with its place in the grid.
export function findTable(state) {
  const { $from } = state.selection
  let cellAt = null
  for (let depth = $from.depth; depth > 0; depth -= 1) {
    if (cellAt === null && isCell($from.node(depth))) cellAt = $from.before(depth)
    if ($from.node(depth).type.name === "table") {
      const table = readGrid($from.node(depth), $from.before(depth))
      return { ...table, current: table.cells.find((cell) => cell.at === cellAt) || null }
    }
  }
  return null
}

function readGrid(node, at) {
  const rows = []
  const cells = []
  node.forEach((section, sectionOffset) => {
    const taken = []
    const first = rows.length
    section.forEach((row, rowOffset) => {
      if (row.type.name !== "tr") return
      const rowAt = at + sectionOffset + rowOffset + 2
      const index = rows.length
      rows.push({ node: row, at: rowAt, index, section, first })
      let column = 0
      row.forEach((cell, offset) => {
        while (taken[column] > index) column += 1
        const [width, height] = [span(cell, "colspan"), span(cell, "rowspan")]
        for (let step = 0; step < width; step += 1) taken[column + step] = index + height
        cells.push({ node: cell, at: rowAt + 1 + offset, row: index, column, width, height })
        column += width
      })
    })
  })
  return { node, at, rows, cells }
}

const emptyCell = (schema, like, attrs = {}) =>
  schema.nodes[like].create(attrs, schema.nodes.line.create())

// Changes go from the end of the table to its start, so the positions before them stay right.
const backwards = (items) => [...items].sort((a, b) => b.at - a.at)

function resize(tr, cell, name, count) {
  tr.setNodeMarkup(cell.at, null, { ...cell.node.attrs, [name]: spanAttribute(count) })
}

const command = (change) => (state, dispatch) => {
  const table = findTable(state)
  if (!table?.current) return false
  const { tr } = state
  if (!change(tr, table, state.schema)) return false
  dispatch?.(tr.scrollIntoView())
  return true
}

export const addRow = command((tr, { rows, cells, current }, schema) => {
  const last = current.row + current.height - 1
  const row = rows[Math.min(last, rows.length - 1)]
  const through = cells.filter((cell) => cell.row <= row.index && cell.row + cell.height - 1 > row.index)
  const ending = cells.filter((cell) => cell.row + cell.height - 1 === row.index && !through.includes(cell))
  const columns = ending.toSorted((a, b) => a.column - b.column)
  const fresh = columns.flatMap((cell) =>
    Array.from({ length: cell.width }, () => emptyCell(schema, cell.node.type.name)),
  )
  if (!fresh.length) return false
  tr.insert(row.at + row.node.nodeSize, row.node.type.create(null, fresh))
  for (const cell of backwards(through)) resize(tr, cell, "rowspan", cell.height + 1)
  return true
})

export const removeRow = command((tr, { node, at, rows, cells, current }) => {
  const row = rows[current.row]
  const starting = cells.filter((cell) => cell.row === row.index)
  // A cell that reaches into the next row would have to move there; an editor splits it in the source view.
  if (starting.some((cell) => cell.height > 1)) return false
  if (rows.length === 1) {
    tr.delete(at, at + node.nodeSize)
    return true
  }
  const through = cells.filter((cell) => cell.row < row.index && cell.row + cell.height > row.index)
  if (row.section.childCount === 1) tr.delete(row.at - 1, row.at - 1 + row.section.nodeSize)
  else tr.delete(row.at, row.at + row.node.nodeSize)
  for (const cell of backwards(through)) resize(tr, cell, "rowspan", cell.height - 1)
  return true
})

export const addColumn = command((tr, { rows, cells, current }, schema) => {
  const column = current.column + current.width - 1
  const changes = rows.flatMap((row) => {
    const own = cells.filter((cell) => cell.row === row.index)
    const covering = own.find((cell) => cell.column <= column && cell.column + cell.width - 1 > column)
    if (covering) return [{ at: covering.at, widen: covering }]
    const covered = cells.some(
      (cell) =>
        cell.row < row.index &&
        cell.row + cell.height > row.index &&
        cell.column <= column &&
        cell.column + cell.width - 1 > column,
    )
    if (covered) return []
    const before = own.filter((cell) => cell.column <= column).at(-1)
    const like = (before || own[0])?.node.type.name || "td"
    return [{ at: before ? before.at + before.node.nodeSize : row.at + 1, like }]
  })
  for (const change of backwards(changes)) {
    if (change.widen) resize(tr, change.widen, "colspan", change.widen.width + 1)
    else tr.insert(change.at, emptyCell(schema, change.like))
  }
  return true
})

export const removeColumn = command((tr, { node, at, rows, cells, current }) => {
  const { column } = current
  const covering = cells.filter((cell) => cell.column <= column && cell.column + cell.width > column)
  const emptied = rows.some((row) => {
    const own = cells.filter((cell) => cell.row === row.index)
    return own.length > 0 && own.every((cell) => covering.includes(cell) && cell.width === 1)
  })
  if (emptied) {
    // A row without a cell is no row: only a table of one column may go, and it goes whole.
    if (cells.some((cell) => cell.column > 0)) return false
    tr.delete(at, at + node.nodeSize)
    return true
  }
  for (const cell of backwards(covering)) {
    if (cell.width > 1) resize(tr, cell, "colspan", cell.width - 1)
    else tr.delete(cell.at, cell.at + cell.node.nodeSize)
  }
  return true
})

export const toggleHeading = command((tr, { current }, schema) => {
  const { node, at } = current
  const toHeading = node.type.name === "td"
  const { scope: _scope, ...attrs } = node.attrs
  tr.setNodeMarkup(at, schema.nodes[toHeading ? "th" : "td"], attrs)
  return true
})

export const removeTable = (state, dispatch) => {
  const table = findTable(state)
  if (!table) return false
  dispatch?.(state.tr.delete(table.at, table.at + table.node.nodeSize).scrollIntoView())
  return true
}

export function newTable(schema, rowCount, columnCount, hasHead) {
  const { table, thead, tbody, tr } = schema.nodes
  const row = (like) => tr.create(null, Array.from({ length: columnCount }, () => emptyCell(schema, like)))
  const body = Array.from({ length: Math.max(1, rowCount - (hasHead ? 1 : 0)) }, () => row("td"))
  return table.create(null, [...(hasHead ? [thead.create(null, row("th"))] : []), tbody.create(null, body)])
}

// Where the text of the next or previous cell begins; null at the end of the table.
export function besideCell(state, step) {
  const table = findTable(state)
  if (!table?.current) return null
  const next = table.cells[table.cells.indexOf(table.current) + step]
  return next ? next.at + 1 : null
}
