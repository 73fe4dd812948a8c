// The search box, and the menu's place. The index is a script that is loaded when the box is first used: a page that
// is opened from a file may load nothing else. What it finds is put in as text, never as HTML.
"use strict";
(function () {
  var root = document.currentScript.dataset.root;
  var box = document.getElementById("search");
  var list = document.getElementById("results");
  var most = 50;
  var waiting = null;
  var chosen = -1;

  function withIndex(then) {
    if (window.soapwrightIndex) {
      then(window.soapwrightIndex);
    } else if (waiting) {
      waiting.push(then);
    } else {
      waiting = [then];
      var script = document.createElement("script");
      script.src = root + "search-index.js";
      script.onload = function () {
        waiting.forEach(function (one) { one(window.soapwrightIndex); });
      };
      document.head.appendChild(script);
    }
  }

  // How well a word fits an entry; 0 where it does not.
  function fit(entry, word) {
    var name = entry[1].toLowerCase();
    var wire = entry[3].toLowerCase();
    if (name === word || wire === word) return 100;
    if (name.indexOf(word) === 0) return 60;
    if (name.indexOf(word) > 0 || wire.indexOf(word) >= 0) return 40;
    var fields = " " + entry[5].toLowerCase();
    if ((fields + " ").indexOf(" " + word + " ") >= 0) return 30;
    if (fields.indexOf(" " + word) >= 0) return 15;
    if (entry[4].toLowerCase().indexOf(word) >= 0) return 10;
    return 0;
  }

  function find(index, query) {
    var words = query.toLowerCase().split(/\s+/).filter(Boolean);
    var found = [];
    index.forEach(function (entry, place) {
      var score = 0;
      for (var i = 0; i < words.length; i++) {
        var one = fit(entry, words[i]);
        if (!one) return;
        score += one;
      }
      if (entry[0] === "operation") score += 5;
      found.push([score, place, entry]);
    });
    found.sort(function (a, b) {
      return b[0] - a[0] || a[2][1].length - b[2][1].length || a[1] - b[1];
    });
    return found.map(function (one) { return one[2]; });
  }

  function element(tag, text, name) {
    var made = document.createElement(tag);
    made.textContent = text;
    if (name) made.className = name;
    return made;
  }

  function show(query) {
    if (!query.trim()) return hide();
    withIndex(function (index) {
      if (box.value !== query) return;
      var found = find(index, query);
      list.textContent = "";
      found.slice(0, most).forEach(function (entry, number) {
        var item = document.createElement("li");
        var link = document.createElement("a");
        item.id = "result." + number;
        item.setAttribute("role", "option");
        link.href = root + entry[2];
        link.tabIndex = -1;
        link.appendChild(element("b", entry[1]));
        link.appendChild(document.createTextNode(" "));
        link.appendChild(element("small", entry[0]));
        if (entry[4]) link.appendChild(element("span", entry[4], "about"));
        item.appendChild(link);
        list.appendChild(item);
      });
      if (!found.length) list.appendChild(element("li", "Nothing was found.", "none"));
      if (found.length > most) {
        list.appendChild(element("li", "And " + (found.length - most) + " more.", "none"));
      }
      list.hidden = false;
      box.setAttribute("aria-expanded", "true");
      choose(found.length ? 0 : -1);
    });
  }

  function hide() {
    list.hidden = true;
    box.setAttribute("aria-expanded", "false");
    choose(-1);
  }

  function choose(number) {
    var options = list.querySelectorAll("[role=option]");
    chosen = options.length ? Math.min(number, options.length - 1) : -1;
    options.forEach(function (option, at) {
      option.setAttribute("aria-selected", String(at === chosen));
    });
    if (chosen >= 0 && !list.hidden) {
      box.setAttribute("aria-activedescendant", options[chosen].id);
      options[chosen].scrollIntoView({ block: "nearest" });
    } else {
      box.removeAttribute("aria-activedescendant");
    }
  }

  box.addEventListener("input", function () { show(box.value); });
  box.addEventListener("focus", function () { if (box.value) show(box.value); });
  box.addEventListener("keydown", function (event) {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      choose(Math.max(0, chosen + (event.key === "ArrowDown" ? 1 : -1)));
    } else if (event.key === "Enter" && chosen >= 0) {
      list.querySelectorAll("[role=option] a")[chosen].click();
    } else if (event.key === "Escape") {
      box.value = "";
      hide();
    }
  });
  document.addEventListener("keydown", function (event) {
    var typing = /^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName);
    if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) {
      event.preventDefault();
      box.focus();
    }
  });
  document.addEventListener("click", function (event) {
    if (!event.target.closest(".search") || event.target.closest("#results a")) hide();
  });

  // A long menu is scrolled to the page; on a phone it is below the page and does not scroll.
  var menu = document.getElementById("menu");
  var current = menu.querySelector("[aria-current]");
  if (current) menu.scrollTop = current.offsetTop - menu.clientHeight / 3;

  // index.html#q=words searches at once: a search has an address.
  function fromAddress() {
    var match = /^#q=(.*)$/.exec(location.hash);
    if (!match) return;
    try {
      box.value = decodeURIComponent(match[1].replace(/\+/g, " "));
    } catch (error) {
      box.value = match[1];
    }
    show(box.value);
    box.focus();
  }
  window.addEventListener("hashchange", fromAddress);
  fromAddress();
})();
