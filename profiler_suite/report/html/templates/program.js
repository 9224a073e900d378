// The picture of a program: boxes tell about themselves, widen, and are walked with arrow keys.
{
  const boxes = [...document.querySelectorAll(".box")];
  const about = document.getElementById("about");
  const number = (box, what) => Number(box.dataset[what]);
  const depth = (box) => Number(box.style.getPropertyValue("--depth"));
  const inside = (box, outer) => {
    for (let at = box; at; at = boxes[number(at, "parent")]) if (at === outer) return true;
    return false;
  };
  const widen = (outer) => {
    const begin = outer ? number(outer, "begin") : 0, width = outer ? number(outer, "width") : 100;
    for (const box of boxes) {
      const above = outer && inside(outer, box);
      box.hidden = Boolean(outer) && !above && !inside(box, outer);
      box.style.left = above ? "0%" : `${(number(box, "begin") - begin) / width * 100}%`;
      box.style.width = above ? "100%" : `${number(box, "width") / width * 100}%`;
    }
  };
  const tell = (box) => { about.textContent = box.getAttribute("aria-label"); };
  const near = (box, key) => {
    const shown = boxes.filter((each) => !each.hidden);
    if (key === "ArrowUp") return boxes[number(box, "parent")];
    if (key === "ArrowDown") return shown.find((each) => boxes[number(each, "parent")] === box);
    const row = shown.filter((each) => depth(each) === depth(box))
      .sort((a, b) => number(a, "begin") - number(b, "begin"));
    return row[row.indexOf(box) + (key === "ArrowRight" ? 1 : -1)];
  };
  boxes.forEach((box, at) => {
    box.tabIndex = at ? -1 : 0; // one stop for the whole picture; arrow keys go on from there
    box.addEventListener("focus", () => {
      for (const each of boxes) each.tabIndex = -1;
      box.tabIndex = 0;
      tell(box);
    });
    box.addEventListener("mouseenter", () => tell(box));
    box.addEventListener("click", () => widen(box));
    box.addEventListener("keydown", (event) => {
      if (event.key === "Escape") { widen(null); event.preventDefault(); return; }
      if (!event.key.startsWith("Arrow")) return;
      event.preventDefault();
      near(box, event.key)?.focus();
    });
  });
}
