"use strict";
// The chat: sends questions to /api/ask and fills copies of the page's own blanks (<template>) with the answers.
// Words that come from people or documents are only ever set as text.
(() => {
  const log = document.getElementById("log");
  const form = document.getElementById("composer");
  const box = document.getElementById("q");
  const send = document.getElementById("send");
  const clear = document.getElementById("clear");
  const REMEMBERED = Number(log.dataset.remembered);
  const WAIT_MS = 30000;
  const KEY = "danchu.conversation.2";
  const KEPT = 30;
  // Each turn: {question, previous, answer?} — answer is the JSON of /api/ask, with `rated` and `thanks` after a thumb.
  let turns = [];
  let busy = false;

  // A random name that this browser gives itself, so that a thumb belongs to whoever asked. It says nothing of them.
  const asker = (() => {
    try {
      let id = localStorage.getItem("danchu.asker");
      if (!id) {
        id = Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
        localStorage.setItem("danchu.asker", id);
      }
      return id;
    } catch {
      return "";
    }
  })();

  const post = async (address, body, wait) => {
    const abort = new AbortController();
    const timer = setTimeout(() => abort.abort(), wait);
    try {
      const headers = { "Content-Type": "application/json" };
      if (asker) headers["X-Asker"] = asker;
      const response = await fetch(address, { method: "POST", headers, body: JSON.stringify(body), signal: abort.signal });
      return { status: response.status, body: await response.json() };
    } finally {
      clearTimeout(timer);
    }
  };

  // Blanks.

  const blank = (name) => document.getElementById(name).content.firstElementChild.cloneNode(true);
  const slot = (root, name) => root.querySelector(`[data-slot="${name}"]`);
  const fill = (root, name, words) => {
    const place = slot(root, name);
    place.textContent = words || "";
    place.hidden = !words;
  };
  // Words whose references are links; only where the pieces joined are the words, letter for letter.
  const write = (place, words, pieces) => {
    place.textContent = words;
    if (!pieces || pieces.map((piece) => piece.text).join("") !== words) return;
    place.replaceChildren(...pieces.map((piece) => {
      if (!piece.href || !piece.href.startsWith("/van-ban/")) return piece.text;
      const link = document.createElement("a");
      link.className = piece.likely ? "ref likely" : "ref";
      link.setAttribute("href", piece.href);
      link.title = piece.title;
      link.textContent = piece.text;
      return link;
    }));
  };
  const spoken = (code) => (code.length === 8 ? `${code.slice(0, 4)}-${code.slice(4)}` : code);

  const mine = (question) => {
    const bubble = blank("mine");
    fill(bubble, "question", question);
    return bubble;
  };

  const quoteOf = (quote, said, question) => {
    const block = blank("quote");
    const linked = said.linked || { lead: [] };
    for (const [n, part] of quote.lead_in.entries()) {
      const words = document.createElement("p");
      write(words, part.text, linked.lead[n]);
      slot(block, "lead").append(words);
    }
    fill(block, "text", quote.text);
    write(slot(block, "text"), quote.text, linked.text);
    fill(block, "citation", quote.citation);
    fill(block, "badge", said.badge);
    slot(block, "badge").className = `badge ${quote.validity.status}`;
    fill(block, "note", said.note);
    fill(block, "rest", said.rest);
    fill(block, "code", spoken(quote.code));
    fill(block, "read", said.read);
    slot(block, "read").setAttribute("href", said.address);
    slot(block, "check").setAttribute("href", said.check);
    slot(block, "copy").dataset.copy = said.copied;
    const print = slot(block, "print");
    print.setAttribute("action", said.print);
    print.elements.q.value = question;
    return block;
  };

  // An answer kept by an older page has no report.
  const report = (bubble, made, question) => {
    slot(bubble, "report").hidden = !made;
    if (!made) return;
    for (const kind of ["docx", "md"]) {
      const form = slot(bubble, kind);
      form.setAttribute("action", made[kind]);
      form.elements.q.value = question;
    }
    slot(bubble, "markdown").dataset.copy = made.markdown;
  };

  const answerOf = (answer) => {
    const bubble = blank("answer");
    const said = answer.reply;
    bubble.dataset.record = answer.record_id;
    fill(bubble, "headline", said.headline);
    fill(bubble, "understood", said.understood);
    const quotes = answer.quotes.map((quote, i) => quoteOf(quote, said.quotes[i], answer.question));
    bubble.classList.toggle("wide", Boolean(said.comparison));
    slot(bubble, "quotes").append(...(said.comparison ? danchuCompared(said.comparison, quotes) : quotes));
    fill(bubble, "closing", said.closing);
    report(bubble, said.report, answer.question);
    if (answer.next_question) {
      fill(bubble, "next", said.next_question);
      const chip = slot(bubble, "ask-next");
      chip.dataset.ask = answer.next_question;
      slot(bubble, "following").hidden = false;
    }
    // A refusal goes to the reviewers anyway; there is no quote to be right or wrong.
    slot(bubble, "rate").hidden = !answer.quotes.length;
    showRating(bubble, answer.rated, answer.thanks);
    return bubble;
  };

  const failedOf = (turn, sentence, again) => {
    const bubble = blank("failed");
    if (sentence) fill(bubble, "sentence", sentence);
    const retry = bubble.querySelector("[data-retry]");
    retry.hidden = !again;
    retry.addEventListener("click", () => {
      if (busy) return;
      bubble.remove();
      box.focus();
      deliver(turn);
    });
    return bubble;
  };

  const show = (bubble) => {
    log.append(bubble);
    // The beginning of an answer matters, not its end.
    bubble.scrollIntoView({ block: "start", behavior: calm.matches ? "auto" : "smooth" });
  };
  const calm = window.matchMedia("(prefers-reduced-motion: reduce)");

  // Asking.

  const setBusy = (now) => {
    busy = now;
    send.disabled = now;
    log.setAttribute("aria-busy", String(now));
  };

  const ask = (question) => {
    const previous = turns.filter((turn) => turn.answer || turn.served).map((turn) => turn.question).slice(-REMEMBERED);
    const turn = { question, previous };
    turns.push(turn);
    clear.hidden = false;
    log.append(mine(question));
    deliver(turn);
  };

  const deliver = async (turn) => {
    setBusy(true);
    const waiting = blank("waiting");
    show(waiting);
    let bubble;
    try {
      const got = await post("/api/ask", { question: turn.question, previous: turn.previous }, WAIT_MS);
      if (got.status === 200) {
        turn.answer = got.body;
        keep();
        bubble = answerOf(got.body);
      } else {
        bubble = failedOf(turn, got.body.error, got.status === 429 || got.status >= 500);
      }
    } catch {
      bubble = failedOf(turn, "", true);
    }
    setBusy(false);
    const asked = waiting.previousElementSibling;
    waiting.remove();
    log.append(bubble);
    (asked || bubble).scrollIntoView({ block: "start", behavior: calm.matches ? "auto" : "smooth" });
  };

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const question = box.value.trim();
    if (busy || !question) return;
    box.value = "";
    grow();
    box.focus();
    ask(question);
  });

  box.addEventListener("keydown", (event) => {
    // While an input method composes a letter (Telex, VNI), Enter belongs to it.
    if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
    event.preventDefault();
    form.requestSubmit();
  });

  const grow = () => {
    box.rows = 1;
    const line = parseFloat(getComputedStyle(box).lineHeight);
    const style = getComputedStyle(box);
    const inner = box.scrollHeight - parseFloat(style.paddingTop) - parseFloat(style.paddingBottom);
    box.rows = Math.max(1, Math.min(5, Math.round(inner / line)));
  };
  box.addEventListener("input", grow);

  // Chips and thumbs.

  log.addEventListener("click", (event) => {
    const target = event.target.closest("[data-ask], [data-rate]");
    if (!target) return;
    if (target.dataset.ask !== undefined) {
      event.preventDefault();
      if (!busy) ask(target.dataset.ask);
    } else {
      rate(target.closest(".turn"), target.dataset.rate);
    }
  });

  const showRating = (bubble, rated, words) => {
    for (const thumb of bubble.querySelectorAll("[data-rate]")) {
      thumb.setAttribute("aria-pressed", String(thumb.dataset.rate === rated));
    }
    bubble.querySelector(".thanks").textContent = words || "";
  };

  const rate = async (bubble, thumb) => {
    const record = bubble.dataset.record;
    const failed = bubble.querySelector(".thanks").dataset.failed;
    try {
      const got = await post("/api/rate", { record_id: record, helpful: thumb === "up" }, WAIT_MS);
      if (got.status !== 200) return showRating(bubble, "", got.body.error);
      showRating(bubble, thumb, got.body.message);
      const turn = turns.find((one) => one.answer && one.answer.record_id === record);
      if (turn) {
        turn.answer.rated = thumb;
        turn.answer.thanks = got.body.message;
        keep();
      }
    } catch {
      showRating(bubble, "", failed);
    }
    return undefined;
  };

  // The conversation outlives a reload, not the tab.

  const keep = () => {
    try {
      sessionStorage.setItem(KEY, JSON.stringify(turns.filter((turn) => turn.answer).slice(-KEPT)));
    } catch {
      // A full or forbidden store: the conversation lasts as long as the page.
    }
  };

  const restore = () => {
    try {
      turns = JSON.parse(sessionStorage.getItem(KEY)) || [];
      const bubbles = turns.flatMap((turn) => [mine(turn.question), answerOf(turn.answer)]);
      document.getElementById("greeting").after(...bubbles);
      return bubbles;
    } catch {
      // Kept by another version of this page.
      turns = [];
      sessionStorage.removeItem(KEY);
      return [];
    }
  };

  clear.addEventListener("click", () => {
    if (busy) return;
    turns = [];
    sessionStorage.removeItem(KEY);
    for (const turn of log.querySelectorAll(".turn:not(#greeting)")) turn.remove();
    clear.hidden = true;
    box.focus();
  });

  const served = [...log.querySelectorAll(".turn.mine")];
  log.setAttribute("aria-live", "off");
  const restored = restore();
  clear.hidden = !turns.length && !served.length;
  const last = served[served.length - 1] || restored[restored.length - 2];
  if (last) last.scrollIntoView({ block: "start" });
  for (const asked of served) {
    const question = slot(asked, "question").textContent;
    const sentence = asked.nextElementSibling;
    if (sentence && sentence.classList.contains("failed")) {
      const turn = { question, previous: [] };
      turns.push(turn);
      sentence.replaceWith(failedOf(turn, slot(sentence, "sentence").textContent, true));
    } else {
      // Asked without the script; its words count as an earlier question, its answer is on the page alone.
      turns.push({ question, previous: [], answer: null, served: true });
    }
  }
  requestAnimationFrame(() => log.setAttribute("aria-live", "polite"));
  grow();
  if (window.matchMedia("(hover: hover)").matches) box.focus({ preventScroll: true });
})();
