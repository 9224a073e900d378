"use strict";
// Buttons that copy code; without a script they are not there.
for (const button of document.querySelectorAll("button.copy")) {
  button.hidden = false;
  button.addEventListener("click", () => {
    const code = document.getElementById(button.dataset.copies);
    getSelection().selectAllChildren(code); // whoever cannot write to the clipboard has it marked
    const done = () => { button.textContent = "Copied"; };
    if (navigator.clipboard) navigator.clipboard.writeText(code.textContent).then(done);
    else if (document.execCommand("copy")) done();
  });
}
