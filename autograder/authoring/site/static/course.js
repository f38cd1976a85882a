// From a search result to the first word that was found: a unit's page is long.
// Sphinx marks the words a moment after the page is there.
window.addEventListener("load", () => {
  window.setTimeout(() => {
    const found = [...document.querySelectorAll("article .highlighted")];
    const shown = found.find((word) => !word.closest("details:not([open])"));
    if (shown && !window.location.hash) {
      shown.scrollIntoView({ block: "center", behavior: "instant" });
    }
  }, 100);
});
