// Comfort only: every page works without this. Boxes apply at once on wide screens, addresses are copied at a click.
(() => {
  "use strict";
  const root = document.documentElement;
  const wide = matchMedia("(min-width: 60rem)");
  const main = () => document.getElementById("contenu");
  const here = () => location.pathname + location.search;
  let asked = 0, shown = here();

  // Browsers that do not know ::details-content need the panel to be open on wide screens.
  const unfold = () => {
    const panel = document.getElementById("panneau");
    if (panel && wide.matches && !CSS.supports("selector(::details-content)")) panel.open = true;
  };

  const settle = () => {
    unfold();
    for (const button of document.querySelectorAll("[data-copy]")) button.hidden = !navigator.clipboard;
  };

  const say = (text) => { document.getElementById("annonce").textContent = text; };

  // What a form would ask for, without what is empty.
  const address = (form) => {
    const query = new URLSearchParams([...new FormData(form)].filter(([, value]) => value)).toString();
    return form.getAttribute("action") + (query && "?" + query);
  };

  // Put another page of the same list in place of this one; focus and unfolded parts stay where they were.
  const show = async (url, remember) => {
    const turn = ++asked;
    main().classList.add("busy");
    let page;
    try {
      const answer = await fetch(url, { headers: { Accept: "text/html" } });
      if (!answer.ok) throw new Error(answer.statusText);
      page = new DOMParser().parseFromString(await answer.text(), "text/html");
    } catch {
      location.assign(url);
      return;
    }
    if (turn !== asked) return;
    const focused = document.activeElement && document.activeElement.id;
    const typed = focused === "q" ? document.getElementById("q").value : null;
    const open = [...document.querySelectorAll("details[open][id]")].map((part) => part.id);
    main().replaceChildren(...page.getElementById("contenu").childNodes);
    main().classList.remove("busy");
    document.title = page.title;
    document.querySelector(".switch").replaceChildren(...page.querySelector(".switch").childNodes);
    for (const id of open) {
      const part = document.getElementById(id);
      if (part) part.open = true;
    }
    if (remember) history.pushState(null, "", url);
    shown = here();
    if (typed !== null) document.getElementById("q").value = typed;
    const again = focused && document.getElementById(focused);
    if (again) again.focus({ preventScroll: true });
    say(document.getElementById("nombre").textContent);
    settle();
    document.dispatchEvent(new Event("page:shown"));
  };

  // A box and one it lies under would find what the wider one finds: the one ticked last stays.
  const narrow = (box) => {
    const item = box.closest("li");
    for (let above = item.parentElement.closest("li"); above; above = above.parentElement.closest("li")) {
      above.querySelector("input").checked = false;
    }
    for (const below of item.querySelectorAll(":scope ul input")) below.checked = false;
  };

  document.addEventListener("change", (event) => {
    const form = event.target.form;
    if (!form || form.id !== "filtres" || !document.getElementById("nombre")) return;
    if (event.target.type === "checkbox" && event.target.checked) narrow(event.target);
    if (event.target.matches("select") || (event.target.type === "checkbox" && wide.matches)) show(address(form), true);
  });
  document.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-copy]");
    if (!button) return;
    try {
      await navigator.clipboard.writeText(button.dataset.copy);
    } catch { // refused by the browser: the address is selected instead, ready for Ctrl+C
      getSelection().selectAllChildren(button.parentElement.querySelector("code"));
      return;
    }
    say(button.dataset.done);
    button.dataset.words ||= button.firstChild.textContent;
    button.firstChild.textContent = button.dataset.done;
    setTimeout(() => { button.firstChild.textContent = button.dataset.words; }, 2000);
  });
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method !== "get") {
      if (form.dataset.wait) {
        say(form.dataset.wait);
        const told = Object.assign(document.createElement("p"), { className: "health health--doubt", textContent: form.dataset.wait });
        form.append(told);
        // Afterwards: a button that is disabled is not sent.
        setTimeout(() => { for (const button of form.querySelectorAll("button")) button.disabled = true; });
      }
      return;
    }
    event.preventDefault();
    location.assign(address(event.target));
  });
  // A link within the page is no other page.
  addEventListener("popstate", () => { if (here() !== shown) show(location.href, false); });
  wide.addEventListener("change", unfold);
  root.classList.add("js");
  settle();
})();
