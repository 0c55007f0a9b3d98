/** Pages fetched before they are wished for, so that the next track stands there at once; each is used once. */

const MOST_KEPT = 4;
const pages = new Map(); // address -> promise of the page's text

/** Have a page at hand. */
export function prepare(address) {
  if (pages.has(address)) return;
  const page = load(address);
  page.catch(() => pages.delete(address));
  pages.set(address, page);
  if (pages.size > MOST_KEPT) pages.delete(pages.keys().next().value);
}

/** The text of a page: the one at hand, else fetched now. */
export async function take(address) {
  const page = pages.get(address) ?? load(address);
  try {
    return await page;
  } finally {
    pages.delete(address);
  }
}

/** What is at hand is no longer so. */
export const forgetPages = () => pages.clear();

async function load(address) {
  let response;
  try {
    response = await fetch(address, { headers: { Accept: "text/html" } });
  } catch {
    throw new Error("The server does not answer. Check the network and try again.");
  }
  if (response.redirected) {
    location.assign(response.url);
    throw new Error("You are signed out. Sign in again.");
  }
  if (!response.ok) throw new Error(`The server answered ${response.status}. Load the page again.`);
  return response.text();
}
