/** Every page's script: forms that call the API, regions that follow what changes, a code from the address. */

import { mountActions } from "./actions.js";
import { mountFocus } from "./focus.js";
import { mountLive } from "./live.js";

mountFocus(document);
mountActions(document);
mountLive(document);

const code = document.querySelector("[data-from-fragment]");
if (code && location.hash.length > 1) {
  code.value = decodeURIComponent(location.hash.slice(1));
  // The code is used once; it need not stay in the history.
  history.replaceState(null, "", location.pathname);
  document.querySelector("[type=password]")?.focus();
}
