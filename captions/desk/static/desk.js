// Keys for the desk. Everything works without them: each key clicks a button or a link, or focuses a field.
"use strict";

let sending = false;

const isField = (element) => element.matches?.("input:not([type=file]), textarea, select");

/** Return the element of a key: inside an open list of choices first, never inside a closed one. */
function targetOf(key) {
  const wanted = `[data-key="${CSS.escape(key)}"]`;
  const list = document.querySelector("details[data-keys][open]");
  const own = list?.querySelector(wanted);
  if (own && own.tagName !== "SUMMARY") return own;
  return [...document.querySelectorAll(wanted)].find(
    (element) => element.tagName === "SUMMARY" || !element.closest("details[data-keys]:not([open])"),
  );
}

function press(element) {
  if (isField(element)) {
    element.focus();
    element.select?.();
    return;
  }
  if (element.tagName === "SUMMARY") {
    const details = element.parentElement;
    details.open = !details.open;
    if (details.open) (details.querySelector("button, input") ?? element).focus();
    return;
  }
  element.click();
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if (event.key === "Escape") {
    document.querySelectorAll("details[data-keys][open], #help[open]").forEach((each) => (each.open = false));
    document.activeElement?.blur();
    return;
  }
  if (isField(event.target) || sending) return;
  // On a button or a link, Enter is the browser's.
  if (event.key === "Enter" && event.target.closest("a, button, summary")) return;
  const target = targetOf(event.key);
  if (!target) return;
  event.preventDefault();
  press(target);
});

// A key held down, or a second click, must not decide the next line as well.
document.addEventListener("submit", (event) => {
  if (sending && event.target.method === "post") event.preventDefault();
  if (event.target.method === "post") sending = true;
});
addEventListener("pageshow", () => (sending = false));

// Enter in a field of the decision saves it, and does not press the first button, which names a supplier.
document.querySelector("#decide")?.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || !event.target.matches("input")) return;
  event.preventDefault();
  const form = event.target.form;
  form.requestSubmit(event.target.closest("p").querySelector("button") ?? form.querySelector("button[name=do]"));
});

const drop = document.querySelector("#drop");
if (drop) {
  const file = drop.querySelector("input[type=file]");
  for (const name of ["dragover", "drop"]) {
    document.addEventListener(name, (event) => {
      if (!event.dataTransfer?.types.includes("Files")) return;
      event.preventDefault();
      if (name === "drop" && event.dataTransfer.files.length) {
        file.files = event.dataTransfer.files;
        drop.requestSubmit();
      }
    });
  }
}

// A click on removed text in an article restores it.
document.querySelector(".printed")?.addEventListener("click", (event) => {
  const at = event.target.closest("del, ins")?.dataset.at;
  if (at !== undefined) document.querySelector(`[data-restore="${at}"], [data-remove="${at}"]`)?.click();
});
