// From a search result to the first word that was found: a unit's page is long.
window.addEventListener("load", () => {
  const found = [...document.querySelectorAll("article .highlighted")];
  const shown = found.find((word) => word.offsetParent && !word.closest("details:not([open])"));
  if (shown && !window.location.hash) shown.scrollIntoView({ block: "center" });
});
