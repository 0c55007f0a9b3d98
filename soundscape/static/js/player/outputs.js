/**
 * Did the headphones go?
 *
 * A browser says that its devices changed; which ones, it names only to pages that may use a microphone, and this one may
 * not. So an output that is seen to go is "removed", one that is only added is not, and a change that shows nothing is
 * "unknown": the player then takes it for the worse while music sounds, for it must never play into the room.
 */

/** What can be told apart among the devices' descriptions: their ids, or null where the browser hides them. */
const known = (devices) => {
  const ids = devices.filter(({ kind }) => kind === "audiooutput").map(({ deviceId, groupId }) => `${deviceId} ${groupId}`);
  return ids.some((id) => id.trim() !== "") ? ids : null;
};

/** Whether an output went: true, false or "unknown". Pure. */
export function removed(before, after) {
  const count = (devices) => devices.filter(({ kind }) => kind === "audiooutput").length;
  if (count(after) < count(before)) return true;
  const [was, is] = [known(before), known(after)];
  return was && is ? was.some((id) => !is.includes(id)) : "unknown";
}

/** Call `told(removed)` whenever the outputs change. */
export async function watchOutputs(told) {
  const { mediaDevices } = navigator;
  if (!mediaDevices?.enumerateDevices) return;
  const list = () => mediaDevices.enumerateDevices().catch(() => []);
  let before = await list();
  mediaDevices.addEventListener("devicechange", async () => {
    const after = await list();
    told(removed(before, after));
    before = after;
  });
}

/** How many outputs there are, or null where the browser does not say. */
export async function countOutputs() {
  const devices = await navigator.mediaDevices?.enumerateDevices?.().catch(() => null);
  return devices ? devices.filter(({ kind }) => kind === "audiooutput").length : null;
}
