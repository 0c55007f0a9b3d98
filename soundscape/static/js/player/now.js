/**
 * What time is it on this device, whatever anybody does to its clock?
 *
 * The player's time starts at what the device's clock showed when the page was opened and then only runs forward: a
 * clock that is set changes nothing that is heard. link.js and clock.js find the server's time from it.
 */

/** Milliseconds since 1970, steady. */
export const deviceMs = () => performance.timeOrigin + performance.now();

/** What the device's clock shows. */
export const shownMs = () => Date.now();

/** A difference between the two that is no drift (docs/live.md "Alarms"). */
const SET_MS = 60_000;

/** Whether the device's clock was set since the page was opened. */
export const wasSet = () => Math.abs(shownMs() - deviceMs()) > SET_MS;
