// Two small comforts; the page works without them.
(() => {
  "use strict";
  // A question may take some seconds: say so, and send it once.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.dataset.sent) return event.preventDefault();
    form.dataset.sent = "1";
    const button = event.submitter;
    if (button && form.matches(".ask, .follow")) {
      button.textContent = "Reading…";
      button.setAttribute("aria-busy", "true");
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
