// Three small comforts; the page works without them.
(() => {
  "use strict";
  // An answer is shown while it is written; what is shown is replaced by the page on which it stands.
  const ask = async (form) => {
    const place = growing(form);
    let see;
    try {
      const body = new URLSearchParams(new FormData(form));
      const answer = await fetch(form.action, { method: "POST", body, headers: { Accept: "application/x-ndjson" } });
      if (!answer.ok || !answer.headers.get("content-type")?.startsWith("application/x-ndjson")) throw answer;
      for await (const said of linesOf(answer.body.getReader())) {
        if (said.html) place.show(said.html);
        see = said.see ?? see;
      }
    } catch {
      // The plain form below tells what is wrong; a question that was answered is not asked again.
    }
    if (see === undefined) return HTMLFormElement.prototype.submit.call(form);
    const next = new URL(see, location.href);
    const isHere = next.pathname + next.search === location.pathname + location.search;
    if (!isHere) return location.assign(next);
    location.hash = next.hash;
    location.reload();
  };
  async function* linesOf(reader) {
    const decoder = new TextDecoder();
    let rest = "";
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      const lines = (rest + decoder.decode(part.value, { stream: true })).split("\n");
      rest = lines.pop();
      for (const line of lines) yield JSON.parse(line);
    }
  }
  // Where the answer grows: the topmost card, or the end of the thread. The server has escaped every word.
  const growing = (form) => {
    const question = form.elements.text.value;
    const isNew = form.matches(".ask");
    let reply;
    const show = (html) => {
      if (!reply) {
        const box = document.createElement(isNew ? "article" : "div");
        box.className = isNew ? "question" : "exchange growing";
        const asked = box.appendChild(document.createElement(isNew ? "h2" : "h3"));
        asked.className = "asked";
        asked.dir = "auto";
        asked.textContent = question;
        reply = box.appendChild(document.createElement("div"));
        reply.className = "reply";
        reply.setAttribute("aria-live", "polite");
        if (isNew) document.querySelector(".quick").after(box);
        else form.before(box);
      }
      reply.innerHTML = html;
    };
    return { show };
  };
  // A question may take some seconds: say so, and send it once.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.dataset.sent) return event.preventDefault();
    form.dataset.sent = "1";
    const button = event.submitter;
    if (button && form.matches(".ask, .follow")) {
      button.textContent = "Reading…";
      button.setAttribute("aria-busy", "true");
      event.preventDefault();
      ask(form);
    }
  });
  // Coming back with the browser's back button, forms work again.
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) location.reload();
  });
  const newest = Number(document.body.dataset.newest);
  const news = document.querySelector(".news");
  if (!news || Number.isNaN(newest)) return;
  setInterval(async () => {
    if (document.hidden) return;
    try {
      const answer = await fetch("/latest");
      if (answer.ok) news.hidden = (await answer.json()).newest <= newest;
    } catch {
      // The service is away for now; the next look will tell.
    }
  }, 20000);
})();
