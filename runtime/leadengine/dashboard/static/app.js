// Small comforts; every page works without them.

for (const button of document.querySelectorAll("[data-copy]")) {
  if (!navigator.clipboard) break;
  button.hidden = false;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).textContent);
    button.textContent = "Copied";
    setTimeout(() => { button.textContent = "Copy"; }, 2000);
  });
}

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

// What happens while the page is open appears in it.
async function refresh(part) {
  const page = new DOMParser().parseFromString(await (await fetch(location.href)).text(), "text/html");
  const fresh = page.querySelector("[data-live]");
  if (!fresh) return;
  part.replaceChildren(...fresh.childNodes);
  showLocalTimes(part);
}

function listen(part) {
  const news = new EventSource("/live");
  news.addEventListener("visits", () => refresh(part));
  news.addEventListener("error", () => {
    // Browsers come back by themselves to a stream that ended, but not to an error.
    if (news.readyState === EventSource.CLOSED) setTimeout(listen, 30000, part);
  });
}
const part = document.querySelector("[data-live]");
if (part) listen(part);

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
