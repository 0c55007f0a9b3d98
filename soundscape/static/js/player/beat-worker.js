/** Counts half seconds for beat.js. */

setInterval(() => postMessage(null), 500);
