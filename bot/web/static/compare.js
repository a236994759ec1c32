"use strict";
// Places side by side, filled from copies of the page's own blanks (<template>). Words are only ever set as text.
// danchuCompared(comparison, quotes) gives the elements that stand where the quotes of an answer do.
window.danchuCompared = (comparison, quotes) => {
  const blank = (name) => document.getElementById(name).content.firstElementChild.cloneNode(true);
  const fill = (root, name, words) => {
    const place = root.querySelector(`[data-slot="${name}"]`);
    place.textContent = words || "";
    place.hidden = !words;
  };

  const sideOf = (side, ...inside) => {
    const block = blank("side");
    if (side.found) block.classList.add(side.found);
    fill(block, "place", side.place);
    fill(block, "says", side.says);
    block.append(...inside);
    return block;
  };

  const runOf = (run, place) => {
    if (!run.only) return document.createTextNode(run.text);
    const mark = blank("mark");
    mark.textContent = run.text;
    mark.dataset.begins = mark.dataset.begins.replace("{place}", () => place);
    return mark;
  };

  const wordsOf = (quote, place) => {
    const words = document.createElement("blockquote");
    words.append(...quote.runs.map((run) => runOf(run, place)));
    const citation = document.createElement("p");
    citation.className = "citation";
    citation.textContent = quote.citation;
    return [words, citation];
  };

  const wordingOf = (wording) => {
    const block = blank("wording");
    fill(block, "wording-says", wording.says);
    block.querySelector('[data-slot="wording-sides"]').append(
      ...wording.sides.map((side) => sideOf(side, ...side.quotes.flatMap((quote) => wordsOf(quote, side.place)))),
    );
    return block;
  };

  const sides = document.createElement("div");
  sides.className = "sides";
  sides.append(...comparison.sides.map((side) => sideOf(side, ...side.quotes.map((n) => quotes[n]))));
  return comparison.wording ? [sides, wordingOf(comparison.wording)] : [sides];
};
