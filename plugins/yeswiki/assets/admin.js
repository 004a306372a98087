// The page of the administrators: says what is not saved, that a test takes time, and looks what became of a request.
// Everything works without it. Licence: AGPL-3.0-or-later.
(function () {
  'use strict';

  var share = document.getElementById('pv-share');
  var unsaved = document.getElementById('pv-unsaved');
  if (share && unsaved) {
    share.addEventListener('input', function () {
      unsaved.textContent = share.getAttribute('data-unsaved');
    });
  }

  var button = document.getElementById('pv-try');
  var trying = document.getElementById('pv-trying');
  if (button && trying) {
    button.form.addEventListener('submit', function () {
      trying.textContent = trying.getAttribute('data-trying');
      setTimeout(function () {
        button.disabled = true;
      }, 0);
    });
  }

  // While a person of the network has not answered: every few seconds, then less and less often.
  var panel = document.getElementById('pv-join');
  var pause = 5000;

  function look() {
    var form = panel.querySelector('form');
    var leaving = panel.querySelector('details[open]');
    if (!panel.hasAttribute('data-waits') || !form || leaving) {
      return;
    }
    var body = new FormData(form);
    body.append('partageons_act', 'look');
    fetch(form.action, { method: 'POST', body: body, credentials: 'same-origin' }).then(function (answer) {
      return answer.ok ? answer.text() : '';
    }).then(function (text) {
      var fresh = new DOMParser().parseFromString(text, 'text/html').getElementById('pv-join');
      if (fresh && fresh.innerHTML !== panel.innerHTML && !panel.contains(document.activeElement)) {
        panel.innerHTML = fresh.innerHTML;
        if (!fresh.hasAttribute('data-waits')) {
          panel.removeAttribute('data-waits');
        }
      }
    }).catch(function () {
      // The next look may find the server again.
    }).then(function () {
      pause = Math.min(pause * 1.5, 120000);
      setTimeout(look, pause);
    });
  }

  if (panel && panel.hasAttribute('data-waits') && window.fetch && window.DOMParser) {
    setTimeout(look, pause);
  }
}());
