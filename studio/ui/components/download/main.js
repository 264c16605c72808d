/** Hands a file to the browser once, as if its link had been clicked; nothing is seen of it. */

import { mounting } from "../mount.js";

export default mounting(() => {
  let taken = "";
  return {
    refresh({ data }) {
      if (taken === data.url) return;
      taken = data.url;
      const link = document.createElement("a");
      link.href = data.url;
      link.download = data.name;
      link.click();
    },
    dispose() {},
  };
});
