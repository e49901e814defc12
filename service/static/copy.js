// Buttons that copy a field's text. Without scripts they stay hidden, and the field can be selected.
for (const button of document.querySelectorAll("button[data-copy]")) {
  const field = document.getElementById(button.dataset.copy);
  const said = document.getElementById(`${button.dataset.copy}-said`);
  const name = button.textContent;
  button.hidden = false;
  button.addEventListener("click", async () => {
    field.select();
    try {
      await navigator.clipboard.writeText(field.value);
    } catch {
      document.execCommand("copy"); // where the page did not come by https
    }
    button.textContent = said.textContent = button.dataset.done;
    setTimeout(() => {
      button.textContent = name;
      said.textContent = "";
    }, 2000);
  });
}
