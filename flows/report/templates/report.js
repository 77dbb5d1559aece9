"use strict";
(() => {
  const tip = document.createElement("div");
  tip.className = "tip";
  tip.hidden = true;
  tip.setAttribute("aria-hidden", "true");
  document.body.append(tip);
  let leaving = 0;

  const hide = () => { tip.hidden = true; };
  const stay = () => clearTimeout(leaving);
  const leave = () => { stay(); leaving = setTimeout(hide, 120); };

  const show = (point) => {
    stay();
    tip.textContent = point.getAttribute("aria-label");
    tip.hidden = false;
    const place = point.getBoundingClientRect();
    const room = document.documentElement.clientWidth - tip.offsetWidth - 8;
    const left = place.left + (place.width - tip.offsetWidth) / 2;
    const above = place.top - tip.offsetHeight - 6;
    const top = above >= 0 ? above : place.bottom + 6;
    tip.style.left = `${Math.max(8, Math.min(left, room)) + scrollX}px`;
    tip.style.top = `${top + scrollY}px`;
  };

  const pointOf = (event) => event.target.closest?.(".point");
  const move = (point, key) => {
    const all = [...point.parentNode.children];
    const at = all.indexOf(point);
    const to = { ArrowRight: at + 1, ArrowDown: at + 1, ArrowLeft: at - 1, ArrowUp: at - 1, Home: 0, End: all.length - 1 }[key];
    if (to === undefined) return false;
    const next = all[to];
    if (next) {
      point.setAttribute("tabindex", "-1");
      next.setAttribute("tabindex", "0");
      next.focus();
    }
    return true;
  };

  document.addEventListener("pointerover", (event) => { const point = pointOf(event); if (point) show(point); });
  document.addEventListener("pointerout", (event) => { if (pointOf(event)) leave(); });
  document.addEventListener("focusin", (event) => { const point = pointOf(event); if (point) show(point); else hide(); });
  document.addEventListener("focusout", leave);
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") hide();
    const point = pointOf(event);
    if (point && !event.altKey && !event.ctrlKey && !event.metaKey && move(point, event.key)) event.preventDefault();
  });
  tip.addEventListener("pointerenter", stay);
  tip.addEventListener("pointerleave", leave);
})();
