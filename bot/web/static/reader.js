"use strict";
// The reader works without this: it opens the contents where there is room and brings the marked provision into view.
(() => {
  const contents = document.getElementById("contents");
  if (window.matchMedia("(min-width: 64rem)").matches) contents.open = true;
  else contents.addEventListener("click", (event) => {
    // On a phone the contents cover the text, so they fold once a line is chosen.
    if (event.target.closest("a")) contents.open = false;
  });
  const asked = document.querySelector(".asked");
  if (asked && !location.hash) asked.scrollIntoView({ block: "start" });
})();
