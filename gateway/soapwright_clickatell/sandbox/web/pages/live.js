// Keeps a page up to date: what is marked data-live is replaced when the sandbox says that something has changed.
"use strict";
let timer = 0, loading = false, again = false;

async function refresh() {
  timer = 0;
  if (loading) { again = true; return; }
  loading = true;
  try {
    const reply = await fetch(location.href, { headers: { Accept: "text/html" } });
    if (!reply.ok) return;
    const fresh = new DOMParser().parseFromString(await reply.text(), "text/html");
    for (const old of document.querySelectorAll("[data-live]")) {
      const made = fresh.getElementById(old.id);
      if (made && !old.contains(document.activeElement)) old.replaceWith(document.importNode(made, true));
    }
  } catch { /* the sandbox is gone for now: the stream of events comes back by itself */ } finally {
    loading = false;
    if (again) { again = false; soon(); }
  }
}

function soon() {
  if (!timer) timer = setTimeout(refresh, 300);
}

const events = new EventSource("/api/events");
events.addEventListener("change", soon);
const light = document.getElementById("live");
events.addEventListener("open", () => { light.hidden = false; });
events.addEventListener("error", () => { light.hidden = true; });
