// A click into the picture sets the focal point.

document.addEventListener("DOMContentLoaded", () => {
  const frame = document.querySelector(".focal")
  const x = document.getElementById("id_focal_x")
  const y = document.getElementById("id_focal_y")
  if (!frame || !x || !y) return
  const picture = frame.querySelector("img")
  const marker = document.createElement("span")
  marker.className = "focal-marker"
  frame.append(marker)
  const draw = () => {
    marker.style.left = `${Number(x.value) * 100}%`
    marker.style.top = `${Number(y.value) * 100}%`
  }
  picture.addEventListener("click", (event) => {
    const box = picture.getBoundingClientRect()
    x.value = Math.min(1, Math.max(0, (event.clientX - box.left) / box.width)).toFixed(2)
    y.value = Math.min(1, Math.max(0, (event.clientY - box.top) / box.height)).toFixed(2)
    x.dispatchEvent(new Event("input", { bubbles: true }))
    draw()
  })
  x.addEventListener("input", draw)
  y.addEventListener("input", draw)
  draw()
})
