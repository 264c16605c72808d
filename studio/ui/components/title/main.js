import { element, setText } from "../keyboard/dom.js";
import { mounting } from "../mount.js";
import { NARROW } from "../narrow.js";

/**
 * A name that is changed where it stands. Enter keeps what is typed, and so does a click elsewhere;
 * Escape leaves the name as it was, and so does an empty field.
 *
 * @typedef {{name: string, id: string, of: "page" | "panel" | "card", most: number}} Data
 *   `most` characters
 */

const TAGS = { page: "h1", panel: "h2", card: "div" };

export default mounting(({ parentElement, data }) => {
  const button = element("button", { type: "button" });
  const title = element(TAGS[data.of], { class: `title ${data.of}` }, [button]);
  parentElement.append(title);
  let component;

  function edit() {
    const { name, id, of, most } = component.data;
    if (of === "card" && NARROW.matches) return;
    const typing = { maxlength: most, autocomplete: "off" };
    const field = element("input", { "aria-label": "Name", ...typing });
    field.value = name;
    title.replaceChildren(field);
    field.focus();
    field.select();
    let open = true;

    function close(kept) {
      if (!open) return;
      open = false;
      const given = field.value.trim();
      title.replaceChildren(button);
      if (!kept || !given || given === name) return;
      setText(button, given);
      component.setTriggerValue("given", { id, name: given });
    }

    field.addEventListener("keydown", (event) => {
      event.stopPropagation(); // the page's shortcuts are not meant
      if (event.isComposing || !/^(Enter|Escape)$/.test(event.key)) return;
      event.preventDefault(); // or Enter presses the button that has the focus next
      close(event.key === "Enter");
      button.focus();
    });
    field.addEventListener("blur", () => close(true));
  }

  button.addEventListener("click", edit);

  return {
    refresh(next) {
      component = next;
      setText(button, next.data.name);
      button.title = `Rename ${next.data.name}`;
    },
    dispose: () => title.remove(),
  };
});
