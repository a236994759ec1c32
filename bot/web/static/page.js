"use strict";
// Every page: `data-copy` puts its words on the clipboard, `data-print` prints, Escape in a frame asks the page around
// to close it.
(() => {
  document.documentElement.classList.add("js");

  const put = async (words) => {
    try {
      await navigator.clipboard.writeText(words);
      return true;
    } catch {
      // No clipboard over plain http on a local network; the old way still works there.
      const area = document.createElement("textarea");
      area.value = words;
      area.className = "aside";
      document.body.append(area);
      area.select();
      const done = document.execCommand("copy");
      area.remove();
      return done;
    }
  };

  document.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-copy], [data-print]");
    if (!button) return;
    if (button.dataset.print !== undefined) {
      window.print();
      return;
    }
    const label = button.dataset.label || button.textContent;
    button.dataset.label = label;
    const done = await put(button.dataset.copy);
    button.focus();
    button.textContent = done ? button.dataset.done : button.dataset.failed;
    setTimeout(() => { button.textContent = label; }, 2500);
  });

  if (window.parent !== window) {
    document.addEventListener("keydown", (event) => {
      // While an input method composes a letter, Escape belongs to it.
      if (event.key === "Escape" && !event.isComposing) window.parent.postMessage("danchu:close", "*");
    });
  }
})();
