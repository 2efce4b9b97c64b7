// Small comforts; every page works without them.

// In a stack that clients share, each one's pages lie below its name.
const below = document.documentElement.dataset.below;

function offerCopies(part) {
  for (const button of part.querySelectorAll("[data-copy]")) {
    if (!navigator.clipboard) break;
    button.hidden = false;
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).textContent);
      button.textContent = "Copied";
      setTimeout(() => { button.textContent = "Copy"; }, 2000);
    });
  }
}
offerCopies(document);

const inThisZone = new Intl.DateTimeFormat(undefined, {
  day: "numeric", month: "short", hour: "2-digit", minute: "2-digit",
});
function showLocalTimes(part) {
  for (const time of part.querySelectorAll("time[datetime]")) {
    time.title = time.textContent;
    time.textContent = inThisZone.format(new Date(time.dateTime));
  }
}
showLocalTimes(document);

// In a frame pages come and go without being loaded.
document.addEventListener("le:shown", ({ target }) => {
  offerCopies(target);
  showLocalTimes(target);
});

// What happens while the page is open appears in it.
async function refresh(part) {
  const page = new DOMParser().parseFromString(await (await fetch(location.href)).text(), "text/html");
  const fresh = page.querySelector("[data-live]");
  if (!fresh) return;
  part.replaceChildren(...fresh.childNodes);
  showLocalTimes(part);
}

function listen(part) {
  const news = new EventSource(`${below}/live`);
  news.addEventListener("visits", () => refresh(part));
  news.addEventListener("error", () => {
    // Browsers come back by themselves to a stream that ended, but not to an error.
    if (news.readyState === EventSource.CLOSED) setTimeout(listen, 30000, part);
  });
}
const part = document.querySelector("[data-live]");
if (part) listen(part);

// Keys for those who like them: `/` searches, `j` and `k` go through the rows, Enter opens one.
let here = -1;
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, textarea, select, [contenteditable]")) return;
  if (event.key === "/") {
    const field = document.querySelector("[data-search]");
    if (field) field.focus();
    else if (!document.body.classList.contains("embedded")) location.assign(`${below}/leads?sort=recent#q`);
    event.preventDefault();
  } else if (event.key === "j" || event.key === "k") {
    const rows = [...document.querySelectorAll("[data-row]")];
    if (!rows.length) return;
    here = Math.max(0, Math.min(rows.length - 1, here + (event.key === "j" ? 1 : -1)));
    for (const row of rows) row.classList.toggle("here", row === rows[here]);
    const link = rows[here].querySelector("a");
    if (link) link.focus();
    rows[here].scrollIntoView({ block: "nearest" });
  }
});
if (location.hash === "#q") document.getElementById("q")?.focus();

// A look before it is saved.
const preview = document.querySelector("[data-preview]");
if (preview) {
  const picker = preview.querySelector("[data-picks]");
  const field = document.getElementById(picker.dataset.picks);
  const show = (colour) => {
    if (!/^#[0-9a-f]{6}$/i.test(colour)) return;
    const [red, green, blue] = [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16) / 255)
      .map((share) => (share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4));
    const light = 0.2126 * red + 0.7152 * green + 0.0722 * blue;
    const on = 1.05 / (light + 0.05) >= (light + 0.05) / 0.05 ? "#ffffff" : "#000000";
    for (const shape of document.querySelectorAll("[data-fill]")) shape.setAttribute("fill", shape.dataset.fill === "brand" ? colour : on);
  };
  picker.addEventListener("input", () => { field.value = picker.value; show(picker.value); });
  field.addEventListener("input", () => { if (field.value.length === 7) picker.value = field.value; show(field.value); });
  preview.elements.greeting.addEventListener("input", (event) => {
    for (const text of document.querySelectorAll("[data-text=greeting]")) text.textContent = (event.target.value || "Hello! Ask me anything.").slice(0, 28);
  });
}

// The code of a one-time link stands behind the hash, which browsers send nowhere.
const code = document.getElementById("code");
if (code) {
  const field = document.getElementById("token");
  field.value = location.hash.slice(1) || sessionStorage.getItem("code") || "";
  if (field.value) {
    sessionStorage.setItem("code", field.value);
    history.replaceState(null, "", location.pathname);
    code.hidden = true;
  }
}
