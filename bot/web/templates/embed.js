"use strict";
// One tag in a page of another site shows a button at the lower right; behind it, the chat opens in a frame:
//   <script src="https://HOST/static/embed.js" async></script>
// Nothing else is loaded before somebody opens it. The site must be among those that the operator has allowed.
(() => {
  const origin = new URL(document.currentScript.src).origin;
  const style = `
    :host { all: initial; }
    * { box-sizing: border-box; font: 600 16px/1.3 system-ui, sans-serif; }
    button { min-height: 48px; padding: 8px 18px; color: #fff; background: #005ae0; border: 0; border-radius: 24px; cursor: pointer; }
    button:focus-visible { outline: 3px solid #fff; box-shadow: 0 0 0 6px #005ae0; }
    .open { position: fixed; right: 16px; bottom: 16px; z-index: 2147483000; box-shadow: 0 2px 10px rgb(0 0 0 / 35%); }
    .box { position: fixed; right: 16px; bottom: 16px; z-index: 2147483001; display: flex; flex-direction: column;
      width: min(420px, calc(100vw - 32px)); height: min(680px, calc(100vh - 32px));
      background: #14243c; border-radius: 16px; overflow: hidden; box-shadow: 0 4px 24px rgb(0 0 0 / 45%); }
    .box button { align-self: flex-end; margin: 6px; background: #005ae0; }
    iframe { flex: 1; width: 100%; border: 0; background: #fff; }
    [hidden] { display: none; }
    @media (max-width: 480px) { .box { inset: 0; width: 100%; height: 100%; border-radius: 0; } }
  `;
  const make = (tag, attributes, words = "") => {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
    element.textContent = words;
    return element;
  };

  const host = document.createElement("div");
  const root = host.attachShadow({ mode: "open" });
  try {
    // A sheet made this way is no inline style: it works where the site's own policy forbids those.
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(style);
    root.adoptedStyleSheets = [sheet];
  } catch {
    root.append(make("style", {}, style));
  }
  const open = make("button", { type: "button", class: "open", "aria-expanded": "false" }, {{ messages.WEB_EMBED_OPEN | tojson }});
  const box = make("div", { class: "box", role: "dialog", "aria-label": {{ messages.NAME | tojson }}, hidden: "" });
  const close = make("button", { type: "button" }, {{ messages.WEB_EMBED_CLOSE | tojson }});
  box.append(close);
  root.append(open, box);

  let frame = null;
  const show = (shown) => {
    if (shown && !frame) {
      frame = make("iframe", { src: origin + "/", title: {{ messages.NAME | tojson }}, allow: "clipboard-write" });
      box.append(frame);
    }
    box.hidden = !shown;
    open.hidden = shown;
    open.setAttribute("aria-expanded", String(shown));
    (shown ? frame : open).focus();
  };
  open.addEventListener("click", () => show(true));
  close.addEventListener("click", () => show(false));
  box.addEventListener("keydown", (event) => { if (event.key === "Escape") show(false); });
  // Keys pressed inside the frame stay there; our pages tell of Escape.
  window.addEventListener("message", (event) => {
    if (frame && event.source === frame.contentWindow && event.origin === origin && event.data === "danchu:close") show(false);
  });
  const place = () => document.body.append(host);
  if (document.body) place();
  else document.addEventListener("DOMContentLoaded", place);
})();
