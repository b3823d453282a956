// Makes elements. Text becomes text: nothing that comes from elsewhere is ever read as HTML.

// An element with attributes (functions are listened with), and what stands in it. What is false or null is left out.
export function h(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (typeof value === "function") element.addEventListener(key, value);
    else if (value != null && value !== false) element.setAttribute(key, value);
  }
  element.append(...children.flat().filter((one) => one != null && one !== false && one !== true));
  return element;
}

// A button that looks like a link. `act`: which part of the widget does what when it is pressed.
export function button(label, act, part, name) {
  return h("button", { type: "button", class: "quiet", part, "data-act": act, "aria-label": name }, label);
}

// The button that one would press next. Its words stand in a span, in a colour that goes with the button's own.
export function main(label, name = "button", attributes = {}) {
  return h(name, { class: "main", part: "button", ...attributes }, h("span", {}, label));
}
