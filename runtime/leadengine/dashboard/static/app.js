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
for (const time of document.querySelectorAll("time[datetime]")) {
  time.title = time.textContent;
  time.textContent = inThisZone.format(new Date(time.dateTime));
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
