/**
 * Keeps the player's own pages and scripts on the tablet, so that a reload works while the server is down.
 *
 * VERSION and FILES stand in front of this text: routes/pages/room.py puts them there, VERSION being a hash of the
 * files. Served at /room-sw.js and registered for /room alone. All files of one version are kept together and used
 * before the network; a new version takes over at the next load. Nothing else is touched: no API, no music.
 */

const CACHE = `room-${VERSION}`;

self.addEventListener("install", (event) => {
  // What goes to the server every two seconds need not wake this worker nor keep it in memory, where a browser can tell.
  event.addRoutes?.({ condition: { urlPattern: "/api/*" }, source: "network" });
  const fresh = FILES.map((path) => new Request(path, { cache: "reload" }));
  event.waitUntil(
    caches
      .open(CACHE)
      .then((cache) => cache.addAll(fresh))
      .then(() => self.skipWaiting()),
  );
});

self.addEventListener("activate", (event) => {
  const old = (names) => names.filter((name) => name.startsWith("room-") && name !== CACHE);
  event.waitUntil(
    caches
      .keys()
      .then((names) => Promise.all(old(names).map((name) => caches.delete(name))))
      .then(() => self.clients.claim()),
  );
});

self.addEventListener("fetch", (event) => {
  const { origin, pathname } = new URL(event.request.url);
  if (event.request.method !== "GET" || origin !== self.location.origin || !FILES.includes(pathname)) return;
  event.respondWith(
    caches.open(CACHE).then(async (cache) => (await cache.match(pathname)) ?? fetch(event.request)),
  );
});
