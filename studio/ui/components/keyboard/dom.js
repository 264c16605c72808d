/**
 * Makes one element. Text goes through textContent, so nothing a user wrote can become markup.
 *
 * @param {string} tag
 * @param {Record<string, string | number | boolean | null | undefined>} [attributes] `text` sets
 *   the text; null, undefined and false leave the attribute out.
 * @param {Array<Node>} [children]
 * @returns {any}
 */
export function element(tag, attributes = {}, children = []) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name === "text") made.textContent = String(value);
    else if (value !== null && value !== undefined && value !== false) {
      made.setAttribute(name, value === true ? "" : String(value));
    }
  }
  made.append(...children);
  return made;
}

/** Whether something is there in any component of the page. @param {string} selector */
export const onPage = (selector) => [...document.querySelectorAll("*")].some(
  ({ shadowRoot }) => shadowRoot?.querySelector(selector));

const SVG = "http://www.w3.org/2000/svg";

/**
 * A 16 x 16 icon of one path; it is decoration, its button carries the name.
 *
 * @param {string} path
 * @param {"fill" | "stroke"} [paint]
 */
export function icon(path, paint = "fill") {
  const picture = document.createElementNS(SVG, "svg");
  picture.setAttribute("viewBox", "0 0 16 16");
  picture.setAttribute("aria-hidden", "true");
  picture.setAttribute("class", `icon ${paint}`);
  const drawn = document.createElementNS(SVG, "path");
  drawn.setAttribute("d", path);
  picture.append(drawn);
  return picture;
}

/**
 * Writes text only where it differs: an unchanged live region stays silent.
 *
 * @param {Element} target
 * @param {string} text
 */
export function setText(target, text) {
  if (target.textContent !== text) target.textContent = text;
}
