import { mounting } from "../mount.js";

/**
 * A page of ours in a frame that is only looked at: it is told what to draw, as Streamlit's older
 * components are, and says nothing.
 *
 * @typedef {{src: string, title: string, args: object}} Data
 */

export default mounting(({ parentElement }) => createView(parentElement));

function createView(root) {
  const frame = document.createElement("iframe");
  frame.className = "frame";
  root.append(frame);
  let args = null;
  let drawn = "";

  function refresh(component) {
    const { src, title } = component.data;
    args = component.data.args;
    frame.title = title;
    if (frame.getAttribute("src") !== src) frame.src = src;
    else if (JSON.stringify(args) !== drawn) draw();
  }

  function draw() {
    drawn = JSON.stringify(args);
    const message = { type: "streamlit:render", args, disabled: true };
    frame.contentWindow.postMessage(message, location.origin);
  }

  frame.addEventListener("load", draw);
  return { refresh, dispose: () => frame.remove() };
}
