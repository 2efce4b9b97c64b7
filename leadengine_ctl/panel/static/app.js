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
    const local = inThisZone.format(new Date(time.dateTime));
    if ("ago" in time.dataset) { time.title = local; continue; }
    time.title = time.textContent;
    time.textContent = local;
  }
}
showLocalTimes(document);

// A part of the page that is fetched anew: after some seconds, or when the server says that there is news.
// Nothing is replaced under the hands of somebody who is at it.
async function refresh(part) {
  if (part.contains(document.activeElement) && document.activeElement !== document.body) return;
  const answer = await fetch(location.href, { headers: { "X-Part": "live" } });
  if (answer.redirected || !answer.ok) return;
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById(part.id);
  if (!fresh) return;
  part.replaceChildren(...fresh.childNodes);
  showLocalTimes(part);
  if (fresh.dataset.ended) location.reload();
}
for (const part of document.querySelectorAll("[data-every]")) {
  setInterval(() => { if (!document.hidden) refresh(part); }, 1000 * part.dataset.every);
}
function listen(part) {
  const news = new EventSource(part.dataset.news);
  news.addEventListener("news", () => refresh(part));
  news.addEventListener("end", () => { news.close(); location.reload(); });
  news.addEventListener("error", () => {
    // Browsers come back by themselves to a stream that ended, but not to an error.
    if (news.readyState === EventSource.CLOSED) setTimeout(listen, 5000, part);
  });
}
for (const part of document.querySelectorAll("[data-news]")) listen(part);

// A part that takes a while to ask for: the page does not wait for it.
for (const part of document.querySelectorAll("[data-later]")) {
  part.querySelector("button")?.addEventListener("click", async (event) => {
    event.preventDefault();
    part.setAttribute("aria-busy", "true");
    const answer = await fetch(part.dataset.later, { headers: { "X-Part": "1" } });
    const text = await answer.text();
    if (answer.ok) {
      part.innerHTML = "";
      part.append(...new DOMParser().parseFromString(text, "text/html").body.childNodes);
    } else {
      part.append(Object.assign(document.createElement("p"), { className: "note bad", textContent: text }));
    }
    part.removeAttribute("aria-busy");
    showLocalTimes(part);
  });
}

// The code of an invitation stands behind the hash, which browsers send nowhere.
const code = document.querySelector("[data-code]");
if (code) {
  const field = code.querySelector("input");
  field.value ||= location.hash.slice(1);
  if (field.value) {
    history.replaceState(null, "", location.pathname);
    code.hidden = true;
  }
}

// A form is sent once.
for (const form of document.querySelectorAll("form")) {
  form.addEventListener("submit", (event) => {
    if (form.dataset.sent) event.preventDefault();
    if (form.method === "post") form.dataset.sent = "1";
  });
}
addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form")) delete form.dataset.sent;
});
