"use strict";
// The console's page: a form made from an operation's types, the envelope as it grows, replies, history.
// Everything is made by DOM calls; no text ever becomes markup.

const token = document.querySelector("meta[name=token]").content;
const $ = (id) => document.getElementById(id);
let chosen = null; // {port, operation, form: {read}, headers: {read}, types}
let timer = 0;
let choosing = 0;
let asked = 0; // of the envelope: an answer that comes late is of a form that was
let count = 0;
let opening = []; // the types that the content being built is in
let opened = 0; // groups that were opened by themselves
const MOST_OPENED = 200;

async function ask(path, data) {
  const reply = await fetch(path, {
    method: "POST",
    headers: { "content-type": "application/json", "x-token": token },
    body: JSON.stringify(data || {}),
  }).catch(() => { throw new Error("The console does not answer: is it still running?"); });
  const answer = await reply.json().catch(() => ({ error: `HTTP ${reply.status}` }));
  if (!reply.ok) {
    const reasons = (answer.problems || []).map((one) => one.reason + (one.hint ? ` (${one.hint})` : ""));
    throw new Error(reasons.join("; ") || answer.error || `HTTP ${reply.status}`);
  }
  return answer;
}

function make(tag, attributes, ...inside) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes || {})) {
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else if (value === true) made.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) made.setAttribute(name, value);
  }
  made.append(...inside.filter((one) => one !== null && one !== undefined && one !== ""));
  return made;
}

const folded = (name) => name.replace(/[_.\-]/g, "").toLowerCase();
const next = () => `f${++count}`;
const changed = () => {
  clearTimeout(timer);
  timer = setTimeout(showEnvelope, 200);
};

// ------------------------------------------------------------------------------- values

/** The values that a form is filled in with: each is taken once. */
class Pool {
  constructor(value) {
    this.left = [...((value && value.parts) || [])];
  }
  has(names) {
    return this.left.some(([name]) => names.some((one) => folded(one) === folded(name)));
  }
  take(name) {
    const at = this.left.findIndex(([one]) => folded(one) === folded(name));
    return at < 0 ? null : this.left.splice(at, 1)[0][1];
  }
}

// Each maker gives {element, read}: read() gives the value, {text} or {parts: [[name, value]]}, null where absent.

function simple(type, given, id, required) {
  const text = given && given.text !== undefined ? given.text : null;
  if (type.input === "enum" || type.input === "boolean") {
    const values = type.input === "boolean" ? [{ text: "true" }, { text: "false" }] : type.values;
    const select = make("select", { id, onchange: changed }, make("option", { value: "" }, "—"));
    for (const one of values) select.append(make("option", { value: one.text, title: one.doc }, one.text));
    if (text !== null) {
      if (![...select.options].some((one) => one.value === text)) select.append(make("option", {}, text));
      select.value = text;
    } else if (required && values.length) select.selectedIndex = 1;
    return { element: select, read: () => (select.selectedIndex === 0 ? null : { text: select.value }) };
  }
  if (type.input === "bytes") {
    const input = make("input", { id, type: "file" });
    let file = given && given.file !== undefined ? given.file : null;
    const note = make("small", { role: "status" }, file !== null ? "An example of a content is filled in." : "");
    input.addEventListener("change", () => {
      note.textContent = "";
      const reader = new FileReader();
      reader.onload = () => { file = reader.result.split(",")[1] || ""; changed(); };
      if (input.files[0]) reader.readAsDataURL(input.files[0]);
      else { file = null; changed(); }
    });
    return { element: make("div", {}, input, note), input, read: () => (file !== null ? { file } : text !== null ? { text } : null) };
  }
  const kinds = { date: "date", dateTime: "datetime-local", time: "time" };
  const plain = { date: /^\d{4}-\d\d-\d\d$/, dateTime: /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d)?$/, time: /^\d\d:\d\d(:\d\d)?$/ };
  const kind = kinds[type.input];
  const fits = kind && (text === null || plain[type.input].test(text));
  const input = make("input", {
    id, type: type.secret ? "password" : fits ? kind : "text", autocomplete: "off", step: fits && kind !== "date" ? 1 : null,
    inputmode: type.input === "number" ? "decimal" : null, spellcheck: "false", oninput: changed,
  });
  if (text !== null) input.value = text;
  let touched = false;
  input.addEventListener("input", () => { touched = true; });
  const whole = (value) => (kind && kind !== "date" && /T?\d\d:\d\d$/.test(value) ? `${value}:00` : value);
  return {
    element: input,
    // An empty text is one where it was given, or typed and taken away again where one is required.
    read: () => (input.value === "" && text !== "" && !(required && touched) ? null : { text: whole(input.value) }),
  };
}

function value(type, given, id, label, required) {
  if (type.kind === "simple" && type.input !== "any") return simple(type, given, id, required);
  if (type.kind === "simple") {
    const kind = make("select", { "aria-label": `Type of ${label}`, onchange: changed });
    for (const one of ["string", "int", "decimal", "boolean", "dateTime", "date"]) kind.append(make("option", {}, one));
    const inner = simple({ input: "text" }, given, id, required);
    return {
      element: make("div", { class: "row" }, inner.element, kind),
      read: () => {
        const read = inner.read();
        return read && { ...read, parts: [["@type", { text: kind.value }]] };
      },
    };
  }
  return struct(type.id, given, label);
}

function struct(id, given, label) {
  const box = make("div", {});
  const holder = make("div", {});
  const above = opening;
  let inner = null;
  let current = id;
  const wanted = given && (given.parts || []).find(([name]) => name === "@type");
  const build = (typeId, values) => {
    current = typeId;
    holder.replaceChildren();
    const fill = (type) => {
      const before = opening;
      opening = [...above, typeId];
      inner = content(type, values);
      opening = before;
      holder.append(...inner.elements);
      changed();
    };
    const known = chosen.types[typeId];
    if (known && known.content) fill(known);
    else ask("api/type", { id: typeId }).then((answer) => { Object.assign(chosen.types, answer.types); fill(chosen.types[typeId]); }).catch(failed);
  };
  const kinds = kindsOf(id, label);
  let start = kinds.length ? kinds[0].id : id;
  if (kinds.length > 1) {
    const select = make("select", { "aria-label": `Type of ${label}`, onchange: () => build(select.value, inner && inner.read()) });
    for (const one of kinds) select.append(make("option", { value: one.id }, one.name));
    const found = wanted && kinds.find((one) => folded(one.name) === folded(wanted[1].text || ""));
    if (found) start = found.id;
    select.value = start;
    box.append(make("div", { class: "field" }, select));
  }
  box.append(holder);
  build(start, given);
  return {
    element: box,
    isGroup: true,
    read: () => {
      const read = (inner && inner.read()) || { parts: [] };
      if (current !== id) read.parts.unshift(["@type", { text: (kinds.find((one) => one.id === current) || {}).name }]);
      return read;
    },
  };
}

/** The types that an element of a type may have: itself and all that derive from it, without abstract ones. */
function kindsOf(id, label) {
  const declared = chosen.types[id];
  return declared && declared.derived ? [...(declared.abstract ? [] : [{ id, name: declared.name }]), ...declared.derived] : [{ id, name: label }];
}

/** Whether a required group is opened by itself: none in one of its own type, which would have no end, and not too many. */
function opens(type) {
  if (opened >= MOST_OPENED || opening.includes(type.id) || kindsOf(type.id, "").some((one) => opening.includes(one.id))) return false;
  opened += 1;
  return true;
}

function content(type, given) {
  const pool = new Pool(given);
  const elements = [];
  const readers = [];
  let text = null;
  if (type.text) {
    const own = pool.take("value") || given;
    text = simple(type.text, own, next(), true);
    elements.push(make("div", { class: "field" }, make("label", { for: text.element.id }, "value"), text.element));
  }
  for (const one of type.attributes || []) {
    const made = attribute(one, pool);
    elements.push(made.element);
    readers.push(made.read);
  }
  for (const one of type.content || []) {
    const made = particle(one, pool);
    elements.push(made.element);
    readers.push(made.read);
  }
  if (!elements.length) elements.push(make("p", { class: "soft" }, "Nothing is in it."));
  return {
    elements,
    read: () => {
      const parts = readers.flatMap((read) => read());
      const own = text && text.read();
      return { ...(own || (type.text ? { text: "" } : {})), parts };
    },
  };
}

function attribute(one, pool) {
  const id = next();
  const given = pool.take(one.key) || pool.take(one.name);
  const made = simple(one.type, given, id, one.required);
  const [label, note] = labelled(id, `@${one.name}`, one.required, one.type.builtin, one.doc);
  described(made, id, note, one.required);
  return {
    element: make("div", { class: "field" }, label, note, made.element),
    read: () => { const read = made.read(); return read ? [[one.key, read]] : []; },
  };
}

// ---------------------------------------------------------------------------- particles

function particle(one, pool) {
  if (one.p === "element") return one.max === 1 ? element(one, pool) : rows(one, pool, (inner) => element({ ...one, min: 1, max: 1, doc: "" }, inner), one.name, namesOf(one));
  if (one.p === "any") return wildcard(one, pool);
  const build = one.p === "choice" ? choice : sequence;
  if (one.max === 1) return build(one, pool);
  const label = one.p === "choice" ? "choice" : "group";
  return rows(one, pool, (inner) => build({ ...one, min: 1, max: 1 }, inner), label, namesOf(one));
}

function namesOf(one) {
  if (one.p === "element") return [...(one.abstract ? [] : [one.name]), ...(one.substitutes || []).map((other) => other.name)];
  return (one.items || []).flatMap(namesOf);
}

function sequence(one, pool) {
  const made = one.items.map((item) => particle(item, pool));
  return { element: make("div", {}, ...made.map((item) => item.element)), read: () => made.flatMap((item) => item.read()) };
}

function choice(one, pool) {
  const holder = make("div", {});
  let inner = null;
  const label = (item) => (item.p === "element" ? item.name : namesOf(item).join(", ") || "other");
  const select = make("select", { "aria-label": `One of ${one.items.map(label).join(", ")}`, onchange: () => build(Number(select.value), new Pool(null)) });
  if (one.min === 0) select.append(make("option", { value: -1 }, "— none —"));
  one.items.forEach((item, number) => select.append(make("option", { value: number }, label(item))));
  const build = (number, values) => {
    inner = number < 0 ? null : particle({ ...one.items[number], min: Math.max(one.items[number].min, 1) }, values);
    holder.replaceChildren(...(inner ? [inner.element] : []));
    changed();
  };
  let start = one.items.findIndex((item) => pool.has(namesOf(item)));
  if (start < 0) start = one.min === 0 ? -1 : 0;
  select.value = start;
  build(start, pool);
  return {
    element: make("fieldset", {}, make("legend", {}, "one of"), select, holder),
    read: () => (inner ? inner.read() : []),
  };
}

function rows(one, pool, build, label, names) {
  const list = make("div", {});
  const made = [];
  const numbered = () => made.forEach((entry, number) => {
    entry.row.setAttribute("aria-label", `${label} ${number + 1}`);
    entry.remove.setAttribute("aria-label", `Remove ${label} ${number + 1}`);
  });
  const add = (values, focus) => {
    const inner = build(values);
    const row = make("div", { class: "row", role: "group" }, inner.element);
    const entry = { row, read: inner.read };
    entry.remove = make("button", { type: "button", class: "small", onclick: () => {
      row.remove();
      made.splice(made.indexOf(entry), 1);
      numbered();
      changed();
      more.focus();
    } }, "×");
    row.append(entry.remove);
    made.push(entry);
    list.append(row);
    numbered();
    if (focus) (row.querySelector("input, select, textarea") || more).focus();
    changed();
  };
  const more = make("button", { type: "button", class: "small", onclick: () => add(new Pool(null), true) }, `+ ${label}`);
  let left = 1000;
  while (pool.has(names) && left--) {
    const before = pool.left.length;
    add(pool, false);
    if (pool.left.length === before) break;
  }
  while (made.length < Math.min(one.min, 20)) add(new Pool(null), false);
  return {
    element: make("fieldset", {}, make("legend", {}, label, make("span", { class: "soft" }, occurs(one))), one.doc ? make("small", { title: one.doc }, brief(one.doc)) : null, list, more),
    read: () => made.flatMap((entry) => entry.read()),
  };
}

const occurs = (one) => ` ${one.min}…${one.max === null ? "∞" : one.max}`;

function element(one, pool) {
  const choices = [...(one.abstract ? [] : [{ name: one.name, type: one.type }]), ...(one.substitutes || [])];
  if (choices.length > 1) return substitutes(one, choices, pool);
  const named = choices[0] || { name: one.name, type: one.type };
  return single(one, named, pool.take(named.name));
}

function substitutes(one, choices, pool) {
  const holder = make("div", {});
  let inner = null;
  const select = make("select", { "aria-label": `Element in the place of ${one.name}`, onchange: () => build(Number(select.value), null) });
  if (one.min === 0) select.append(make("option", { value: -1 }, "— none —"));
  choices.forEach((other, number) => select.append(make("option", { value: number }, other.name)));
  const build = (number, given) => {
    inner = number < 0 ? null : single({ ...one, min: 1 }, choices[number], given);
    holder.replaceChildren(...(inner ? [inner.element] : []));
    changed();
  };
  let start = choices.findIndex((other) => pool.has([other.name]));
  if (start < 0) start = one.min === 0 ? -1 : 0;
  select.value = start;
  build(start, start < 0 ? null : pool.take(choices[start].name));
  return { element: make("div", { class: "field" }, select, holder), read: () => (inner ? inner.read() : []) };
}

/** The first sentence of a documentation; all of it is its title. */
function brief(doc) {
  const first = (doc || "").trim().split(/(?<=[.!?])\s/)[0];
  return first.length > 160 ? `${first.slice(0, 159)}…` : first;
}

/** A label, and what describes its input: the type, and the first words of the documentation. */
function labelled(id, name, required, type, doc) {
  const words = [type, brief(doc)].filter(Boolean).join(" · ");
  const note = words ? make("small", { id: `${id}-note`, title: doc || null }, words) : null;
  return [make("label", { for: id }, name, required ? make("span", { "aria-hidden": "true" }, " *") : ""), note];
}

/** What a screen reader adds to the label of an input: its description, and that it is required. */
function described(made, id, note, required) {
  const input = made.input || made.element;
  if (note) input.setAttribute("aria-describedby", `${id}-note`);
  if (required && input.type !== "file") input.setAttribute("aria-required", "true");
}

function single(one, named, given) {
  const id = next();
  const required = one.min > 0;
  const isGroup = named.type.kind === "struct";
  const nil = one.nillable ? make("input", { type: "checkbox", "aria-label": `${named.name} is nil`, onchange: changed }) : null;
  if (nil) nil.checked = Boolean(given && given.nil);
  const withNil = (read) => () => (nil && nil.checked ? [[named.name, { nil: true }]] : read());
  const nilLabel = nil ? make("label", { class: "nil" }, nil, " nil") : null;
  if (!isGroup) {
    const made = value(named.type, given, id, named.name, required);
    const [label, note] = labelled(id, named.name, required, named.type.builtin, one.doc);
    described(made, id, note, required);
    return {
      element: make("div", { class: "field" }, label, note, made.element, nilLabel),
      read: withNil(() => { const read = made.read(); return read ? [[named.name, read]] : []; }),
    };
  }
  const holder = make("div", {});
  const box = make("fieldset", {}, make("legend", {}, named.name, required ? " *" : ""), one.doc ? make("small", { title: one.doc }, brief(one.doc)) : null, nilLabel, holder);
  let made = null;
  const open = (values) => {
    made = value(named.type, values, id, named.name, required);
    box.classList.remove("closed");
    holder.replaceChildren(made.element);
    if (!required) holder.append(make("button", { type: "button", class: "small", onclick: () => close().focus() }, `Remove ${named.name}`));
    changed();
  };
  const close = () => {
    made = null;
    box.classList.add("closed");
    const more = make("button", { type: "button", class: "small", onclick: () => { open(null); (holder.querySelector("input, select, textarea, button") || holder).focus(); } }, `+ ${named.name}`);
    holder.replaceChildren(more);
    changed();
    return more;
  };
  if (given || (required && opens(named.type))) open(given);
  else close();
  return {
    element: box,
    read: withNil(() => (made ? [[named.name, made.read()]] : [])),
  };
}

function wildcard(one, pool) {
  const id = next();
  const area = make("textarea", { id, rows: 2, spellcheck: "false", oninput: changed });
  const given = pool.take("any_elements");
  if (given && given.text) area.value = given.text;
  return {
    element: make("div", { class: "field" }, make("label", { for: id }, "any element", make("span", { class: "soft" }, " XML")), area),
    read: () => (area.value.trim() ? [["any_elements", { text: area.value }]] : []),
  };
}

// ------------------------------------------------------------------------- an operation

function build(values, headers) {
  const form = $("form");
  form.replaceChildren();
  opening = [];
  opened = 0;
  const body = chosen.body;
  const readers = [];
  const add = (made) => { form.append(made.element); readers.push(made.read); };
  let whole = null;
  if (body.kind === "struct") {
    whole = struct(body.id, values, "request");
    form.append(whole.element);
  } else if (body.kind === "parts") {
    const pool = new Pool(values);
    for (const one of body.content) add(particle(one, pool));
    if (!body.content.length) form.append(make("p", { class: "soft" }, "The request is empty."));
  }
  const pool = new Pool(values);
  for (const one of body.attached || []) add(particle(one, pool));
  chosen.read = () => {
    const read = whole ? whole.read() : { parts: [] };
    return { ...read, parts: [...(read.parts || []), ...readers.flatMap((one) => one())] };
  };
  chosen.readHeaders = () => ({ parts: [] });
  if (chosen.headers.length) {
    const blocks = new Pool(headers);
    const made = chosen.headers.map((one) => particle({ ...one, min: 0 }, blocks));
    form.append(make("fieldset", {}, make("legend", {}, "headers"), ...made.map((one) => one.element)));
    chosen.readHeaders = () => ({ parts: made.flatMap((one) => one.read()) });
  }
  changed();
}

async function choose(port, operation, values, headers) {
  const own = ++choosing;
  const answer = await ask("api/operation", { port: port.key, operation: operation.key });
  if (own !== choosing) return;
  chosen = { port, operation, ...answer };
  for (const one of document.querySelectorAll("#operations button")) {
    one.setAttribute("aria-current", String(one.dataset.key === `${port.key}/${operation.key}`));
  }
  $("hint").hidden = true;
  $("chosen").hidden = false;
  $("reply").hidden = true;
  $("copied").hidden = true;
  $("said").textContent = "";
  $("name").textContent = operation.name;
  const first = brief(operation.doc);
  const faults = operation.faults.length ? ` Faults: ${operation.faults.join(", ")}.` : "";
  const more = operation.doc.length > first.length ? make("details", {}, make("summary", {}, "More"), operation.doc) : null;
  $("doc").replaceChildren(...[first + faults, more].filter(Boolean));
  $("endpoint").value = port.address;
  $("menu").classList.remove("open");
  $("toggle").setAttribute("aria-expanded", "false");
  build(values || null, headers || null);
  $("work").focus();
}

function request() {
  return {
    port: chosen.port.key,
    operation: chosen.operation.key,
    values: chosen.read(),
    headers: chosen.readHeaders(),
    target: document.querySelector("input[name=target]:checked").value,
    endpoint: $("endpoint").value,
    timeout: Number($("timeout").value) || 30,
    security: $("user").value ? { kind: $("kind").value, user: $("user").value, password: $("password").value } : null,
  };
}

async function showEnvelope() {
  if (!chosen || !chosen.read) return;
  const own = ++asked;
  try {
    const answer = await ask("api/envelope", { ...request(), target: "mock" });
    if (own !== asked) return;
    showXml($("envelope"), answer.envelope);
    $("problems").replaceChildren(...answer.problems.map((one) => make("li", {}, one.path ? make("code", {}, one.path) : "", one.path ? ": " : "", one.reason, one.hint ? ` (${one.hint})` : "")));
  } catch (error) {
    if (own === asked) $("problems").replaceChildren(make("li", {}, error.message));
  }
}

function showXml(into, text) {
  into.replaceChildren(...text.split(/(<[^>]*>)/).filter(Boolean).map((piece) => (piece.startsWith("<") ? make("b", {}, piece) : piece)));
}

// ------------------------------------------------------------------------------ replies

function tree(name, data) {
  if (data === null || typeof data !== "object") {
    return make("div", { class: "leaf" }, make("i", {}, name), ": ", make("span", {}, data === null ? "nil" : String(data)));
  }
  const entries = Array.isArray(data) ? data.map((one, number) => [`[${number}]`, one]) : Object.entries(data);
  if (!entries.length) return make("div", { class: "leaf" }, make("i", {}, name), Array.isArray(data) ? ": []" : ": {}");
  const inside = make("div", {});
  const shown = entries.slice(0, 500);
  inside.append(...shown.map(([key, one]) => tree(key, one)));
  if (entries.length > shown.length) inside.append(make("p", { class: "soft" }, `… ${entries.length - shown.length} more`));
  return make("details", { open: true }, make("summary", {}, make("i", {}, name), make("small", {}, Array.isArray(data) ? ` ${entries.length}` : "")), inside);
}

function showReply(answer) {
  $("reply").hidden = false;
  const words = { reply: "Reply", fault: "Fault", error: "No reply" };
  const took = `${(answer.seconds * 1000).toFixed(0)} ms`;
  $("outcome").replaceChildren(
    make("span", { class: answer.kind === "reply" ? "good" : "bad" }, words[answer.kind]),
    answer.status ? ` · HTTP ${answer.status}` : "", ` · ${took}`, answer.kind === "error" ? ` · ${answer.error}` : "",
  );
  const fault = $("fault");
  fault.hidden = answer.kind !== "fault";
  fault.replaceChildren();
  if (answer.kind === "fault") {
    const one = answer.fault;
    fault.append(make("p", { id: "reason" }, make("strong", {}, one.reason || "without a reason")));
    fault.append(make("p", { class: "soft" }, [one.name, ...one.codes, one.actor].filter(Boolean).join(" · ")));
    if (one.detail) { const detail = make("pre", { tabindex: 0, "aria-label": "Detail" }); showXml(detail, one.detail); fault.append(detail); }
  }
  const has = answer.kind === "reply" && answer.tree !== null && answer.tree !== undefined;
  $("tree").replaceChildren(has ? tree(chosen.operation.name, answer.tree) : make("p", { class: "soft" }, "No values."));
  showXml($("received"), answer.reply || "");
  $("reply-title").focus();
}

async function send() {
  if (!chosen) return;
  const sent = chosen;
  say("Sending …");
  $("send").disabled = true;
  try {
    const answer = await ask("api/send", request());
    say("");
    if (sent === chosen) showReply(answer);
    await showHistory();
  } catch (error) {
    say(error.message);
  } finally {
    $("send").disabled = false;
  }
}

function say(text) { $("said").textContent = text; }

/** Say what went wrong, where it is seen. */
function failed(error) {
  if ($("chosen").hidden) $("hint").textContent = error.message;
  else say(error.message);
}

/** What a button does: an error of it is said. */
const guarded = (work) => (...given) => work(...given).catch(failed);

async function copy(kind) {
  if (!chosen) return;
  try {
    const answer = await ask("api/copy", { ...request(), as: kind });
    if (kind === "sample") {
      say(answer.path ? `Kept as ${answer.path}.` : "That sample is there already.");
      return;
    }
    $("copied").hidden = false;
    $("text").value = answer.text;
    let done = false;
    try { await navigator.clipboard.writeText(answer.text); done = true; } catch { $("text").select(); }
    say(done ? `Copied as ${kind}.` : "Copy the text below.");
  } catch (error) {
    say(error.message);
  }
}

// -------------------------------------------------------------------------- the service

let service = null;

function showOperations() {
  const wanted = folded($("search").value);
  const named = (one) => folded(one.name + " " + one.key).includes(wanted);
  const told = (one) => one.doc.toLowerCase().includes($("search").value.trim().toLowerCase());
  // Documentation is searched where no name is like it.
  const fits = service.ports.some((port) => port.operations.some(named)) ? named : told;
  let found = 0;
  const sections = [];
  for (const port of service.ports) {
    const list = make("ul", {});
    for (const one of port.operations) {
      if (wanted && !fits(one)) continue;
      found += 1;
      const key = `${port.key}/${one.key}`;
      const isCurrent = chosen !== null && key === `${chosen.port.key}/${chosen.operation.key}`;
      const button = make("button", { type: "button", "data-key": key, "aria-current": String(isCurrent), title: one.doc, onclick: guarded(() => choose(port, one)) }, one.name);
      list.append(make("li", {}, button));
    }
    if (list.children.length) sections.push(make("h3", {}, `${port.key} · SOAP ${port.soap}`), list);
  }
  $("operations").replaceChildren(...sections);
  $("found").textContent = wanted ? `${found} found` : "";
}

async function showHistory() {
  const { calls } = await ask("api/history");
  $("history").replaceChildren(...calls.map((one) => {
    const took = `${(one.seconds * 1000).toFixed(0)} ms`;
    const label = `${one.operation} · ${one.kind} · ${took}`;
    return make("li", {}, make("button", { type: "button", title: one.at, onclick: guarded(() => restore(one)) }, label, make("br", {}), make("small", {}, one.at.replace("T", " ").replace("Z", " UTC"))));
  }));
  $("past").hidden = !calls.length;
}

async function restore(one) {
  const port = service.ports.find((other) => other.key === one.port);
  const operation = port && port.operations.find((other) => other.key === one.operation);
  if (!operation) return;
  await choose(port, operation, one.values, one.headers);
  document.querySelector(`input[name=target][value=${one.target === "endpoint" ? "endpoint" : "mock"}]`).checked = true;
  if (one.endpoint) $("endpoint").value = one.endpoint;
}

async function start() {
  service = await ask("api/service");
  $("service").textContent = `${service.name} · console`;
  document.title = `${service.name} · soapwright console`;
  showOperations();
  showHistory().catch(failed);
  follow();
}

/** Choose the operation that the address names, #port/operation, as the reference's pages do. */
function follow() {
  const [port, operation] = decodeURIComponent(location.hash.slice(1)).split("/");
  const found = service.ports.find((one) => one.key === port);
  const called = found && found.operations.find((one) => one.key === operation || one.name === operation);
  if (called) choose(found, called).catch(failed);
}

addEventListener("hashchange", follow);
$("search").addEventListener("input", showOperations);
$("search").addEventListener("keydown", (event) => {
  const first = document.querySelector("#operations button");
  if (event.key === "Enter" && first) first.click();
  if (event.key === "ArrowDown" && first) { event.preventDefault(); first.focus(); }
});
$("operations").addEventListener("keydown", (event) => {
  if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
  const all = [...document.querySelectorAll("#operations button")];
  const at = all.indexOf(document.activeElement) + (event.key === "ArrowDown" ? 1 : -1);
  event.preventDefault();
  (all[at] || $("search")).focus();
});
document.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) { event.preventDefault(); send(); }
  const typing = /^(INPUT|SELECT|TEXTAREA)$/.test(document.activeElement.tagName);
  if (event.key === "/" && !typing) { event.preventDefault(); $("menu").classList.add("open"); $("search").focus(); }
});
$("toggle").addEventListener("click", () => {
  const open = $("menu").classList.toggle("open");
  $("toggle").setAttribute("aria-expanded", String(open));
});
for (const id of ["form", "sending"]) $(id).addEventListener("submit", (event) => event.preventDefault());
$("example").addEventListener("click", guarded(async () => {
  const wanted = chosen;
  const answer = await ask("api/example", { port: wanted.port.key, operation: wanted.operation.key, full: true });
  if (wanted === chosen) build(answer.values, null);
}));
$("empty").addEventListener("click", () => build(null, null));
$("send").addEventListener("click", send);
for (const kind of ["python", "curl", "sample"]) $(kind).addEventListener("click", () => copy(kind));
$("forget").addEventListener("click", guarded(async () => { await ask("api/forget"); await showHistory(); $("search").focus(); }));
start().catch((error) => { $("hint").textContent = error.message; });
