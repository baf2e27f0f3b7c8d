// Keeps the page up to date: on each event of the server it reads the page again
// and puts the parts marked data-live in place. Without it the page is the same,
// only not live.
(() => {
  'use strict';
  const box = document.getElementById('live');
  const coarse = (s) => s < 120 ? s + '\u00a0s' : s < 7200 ? Math.floor(s / 60) + '\u00a0min' : Math.floor(s / 3600) + '\u00a0h';

  let skew = 0; // of the server's clock against ours
  const clock = () => {
    const now = Date.now() + skew;
    for (const t of document.querySelectorAll('[data-ago]')) {
      const s = Math.floor((now - t.dataset.ago) / 1000);
      set(t, s < 1 ? 'now' : coarse(s) + ' ago');
    }
    for (const t of document.querySelectorAll('[data-until]')) {
      const s = Math.ceil((t.dataset.until - now) / 1000);
      set(t, s <= 0 ? 'now' : 'in ' + coarse(s));
    }
  };
  const set = (t, text) => { if (t.textContent !== text) t.textContent = text; };

  // focused remembers what has the focus, to give it back.
  const focused = (part) => {
    const at = document.activeElement;
    if (!part.contains(at)) return () => {};
    const key = at.dataset.key, label = at.getAttribute('aria-label');
    return () => {
      for (const e of part.querySelectorAll('[data-key],[aria-label]')) {
        if (key ? e.dataset.key === key : label && e.getAttribute('aria-label') === label) {
          e.focus({preventScroll: true});
          return;
        }
      }
    };
  };

  const swap = (part, next) => {
    if (part.innerHTML === next.innerHTML) return;
    const selection = document.getSelection();
    if (selection && !selection.isCollapsed && part.contains(selection.anchorNode)) return; // somebody copies
    const refocus = focused(part);
    const known = new Set(Array.from(part.querySelectorAll('tr[id]'), (r) => r.id));
    const scrolled = Array.from(part.querySelectorAll('.scroll'), (e) => [e.getAttribute('aria-label'), e.scrollLeft]);
    part.replaceChildren(...next.childNodes);
    for (const e of part.querySelectorAll('.scroll')) {
      for (const [label, left] of scrolled) if (label === e.getAttribute('aria-label')) e.scrollLeft = left;
    }
    if (known.size) for (const r of part.querySelectorAll('tr[id]')) if (!known.has(r.id)) r.classList.add('new');
    refocus();
  };

  let busy = false, again = false;
  const update = async () => {
    if (busy) { again = true; return; }
    busy = true;
    try {
      const answer = await fetch(location.href, {headers: {Accept: 'text/html'}, cache: 'no-store'});
      if (answer.ok) {
        const doc = new DOMParser().parseFromString(await answer.text(), 'text/html');
        for (const part of document.querySelectorAll('[data-live]')) {
          const next = doc.getElementById(part.id);
          if (next) swap(part, next);
        }
        const foot = doc.querySelector('footer');
        if (foot) document.querySelector('footer').replaceChildren(...foot.childNodes);
        clock();
      }
    } catch { /* the stream says that the server is gone */ }
    busy = false;
    if (again) { again = false; setTimeout(update, 250); }
  };

  const made = document.querySelector('footer time:last-of-type');
  if (made) skew = Date.parse(made.dateTime) - Date.now();
  if (Math.abs(skew) < 5000) skew = 0; // the way here took that
  clock();
  setInterval(clock, 1000);

  const live = document.querySelector('[data-live]');
  if (!live || !window.EventSource) { if (!live) box.hidden = true; return; }
  const button = document.createElement('button');
  button.type = 'button';
  const word = document.createElement('span');
  box.replaceChildren(word, button);
  let source = null, paused = false;
  const say = (state, text) => { box.dataset.state = state; set(word, text); set(button, paused ? 'Resume' : 'Pause'); };
  const close = () => { if (source) source.close(); source = null; };
  const open = () => {
    if (source || paused || document.hidden) return;
    say('wait', 'Connecting');
    source = new EventSource('events');
    source.addEventListener('open', () => say('on', 'Live'));
    source.addEventListener('tick', update);
    source.addEventListener('error', () => {
      const over = source && source.readyState === EventSource.CLOSED;
      say('off', over ? 'Not live: too many viewers, or the program is gone' : 'Not live: trying again');
      if (over) { close(); setTimeout(open, 10000); }
    });
  };
  button.addEventListener('click', () => {
    paused = !paused;
    if (paused) { close(); say('off', 'Paused'); } else open();
  });
  // A hidden tab keeps no connection, of which a browser has only six to a host.
  document.addEventListener('visibilitychange', () => {
    if (document.hidden) close(); else open();
  });
  window.addEventListener('pagehide', close);
  window.addEventListener('pageshow', open);
  open();
})();
