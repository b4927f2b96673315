// In the frame of a preview no link leads away: places of the page are gone to, other pages open in a tab of their own.

document.addEventListener("click", (event) => {
  const link = event.target.closest?.("a[href]");
  if (!link || event.defaultPrevented) return;
  event.preventDefault();
  const address = link.getAttribute("href");
  if (address.startsWith("#")) document.getElementById(decodeURIComponent(address.slice(1)))?.scrollIntoView();
  else window.open(link.href, "_blank", "noopener");
});
document.addEventListener("submit", (event) => event.preventDefault());
